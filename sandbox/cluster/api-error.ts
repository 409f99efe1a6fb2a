import { type Kind, resourceName } from './kinds.ts';

export interface Cause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly Cause[];
}

export interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly reason?: string | undefined;
  readonly details?: StatusDetails | undefined;
}

/** A refusal of the API server, in the words that Kubernetes 1.34 uses. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(refusal.message);
    this.refusal = refusal;
  }

  get status(): object {
    const { code, message, reason, details } = this.refusal;
    const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
    return { ...head, message, ...(reason && { reason }), ...(details && { details }), code };
  }
}

function about({ group, plural }: Kind, name?: string): StatusDetails {
  return { ...(name !== undefined && { name }), ...(group !== '' && { group }), kind: plural };
}

export function badRequest(message: string): ApiError {
  return new ApiError({ code: 400, message, reason: 'BadRequest' });
}

export function unauthorized(): ApiError {
  return new ApiError({ code: 401, message: 'Unauthorized', reason: 'Unauthorized' });
}

export function forbidden(kind: Kind, name: string | undefined, why: string, causes?: readonly Cause[]): ApiError {
  const what = resourceName(kind) + (name === undefined ? '' : ` "${name}"`);
  const details = { ...about(kind, name), ...(causes && { causes }) };
  return new ApiError({ code: 403, message: `${what} is forbidden: ${why}`, reason: 'Forbidden', details });
}

export function notFound(kind: Kind, name: string): ApiError {
  const message = `${resourceName(kind)} "${name}" not found`;
  return new ApiError({ code: 404, message, reason: 'NotFound', details: about(kind, name) });
}

export function alreadyExists(kind: Kind, name: string): ApiError {
  const message = `${resourceName(kind)} "${name}" already exists`;
  return new ApiError({ code: 409, message, reason: 'AlreadyExists', details: about(kind, name) });
}

/** An object of that name is still being deleted. */
export function stillDeleted(kind: Kind, name: string): ApiError {
  const { refusal } = alreadyExists(kind, name);
  return new ApiError({ ...refusal, message: `object is being deleted: ${refusal.message}` });
}

export const MODIFIED = 'the object has been modified; please apply your changes to the latest version and try again';

export function conflict(kind: Kind, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${resourceName(kind)} "${name}": ${why}`;
  return new ApiError({ code: 409, message, reason: 'Conflict', details: about(kind, name) });
}

/** A delete's precondition fails in the words of the Kind, not of the resource. */
export function preconditionFailed({ group, kind }: Kind, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${kindName({ group, kind })} "${name}": ${why}`;
  return new ApiError({ code: 409, message, reason: 'Conflict', details: { name, group, kind } });
}

/** @param what the resource, or the Kind, as the caller's place in the API server names it */
export function invalid(what: string, name: string, causes: readonly Required<Cause>[]): ApiError {
  const [kind = '', ...group] = what.split('.');
  const all = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = all.length === 1 ? all[0] : `[${all.join(', ')}]`;
  return new ApiError({
    code: 422,
    message: `${what} "${name}" is invalid: ${list}`,
    reason: 'Invalid',
    details: { ...(name !== '' && { name }), ...(group.length > 0 && { group: group.join('.') }), kind, causes },
  });
}

/** `SeldonDeployment.machinelearning.seldon.io`. */
export function kindName({ group, kind }: Pick<Kind, 'group' | 'kind'>): string {
  return group === '' ? kind : `${kind}.${group}`;
}

export function internal(message: string): ApiError {
  const details = { causes: [{ message }] };
  return new ApiError({ code: 500, message: `Internal error occurred: ${message}`, reason: 'InternalError', details });
}

export function unavailable(message: string): ApiError {
  return new ApiError({ code: 503, message, reason: 'ServiceUnavailable' });
}

export function expired(version: number, oldest: number): ApiError {
  return new ApiError({ code: 410, message: `too old resource version: ${version} (${oldest})`, reason: 'Expired' });
}

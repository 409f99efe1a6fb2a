import { UserError } from '../../base/errors.ts';
import { contains, equal } from '../../base/json-value.ts';
import { ANNOTATIONS, FIELD_MANAGER, NOTES_MANAGER, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import type { HttpResponse } from '../http/client.ts';
import {
  type ApiStatus,
  type Asked,
  failureOf,
  isObjectMissing,
  objectionOf,
  readJson,
  statusOf,
} from './api-status.ts';
import type { ApiConnection } from './connection/connection.ts';
import { collectionPath, SELDON_DEPLOYMENTS } from './resource-kind.ts';

export interface ApplyRequest {
  readonly manifest: Partial<SeldonDeployment> & Pick<SeldonDeployment, 'apiVersion' | 'metadata'>;
  /** Default: the manager that owns the fields that we render. */
  readonly manager?: string;
  readonly dryRun: boolean;
  /** The object that was read at the manifest's `resourceVersion`. */
  readonly before: SeldonDeployment | undefined;
  /** Reads the current object. */
  readonly read: () => Promise<SeldonDeployment | undefined>;
}

/**
 * The resourceVersion for a manifest without one. It is invalid for an update, so server-side
 * apply can only create the object and cannot take over an existing one (seen on Kubernetes 1.34).
 */
const NONE_YET = '0';

/** The operator updates the status during a rollout, and each update changes the resourceVersion. */
const MOST_TRIES = 10;

/** Server-side apply of the whole manifest: forced, strict, and only if the object has not changed since it was read. */
export async function serverSideApply(connection: ApiConnection, request: ApplyRequest): Promise<SeldonDeployment> {
  const { manifest, dryRun, before, read } = request;
  const { namespace = '', name } = manifest.metadata;
  let wasOdd = false;
  let version = manifest.metadata.resourceVersion ?? before?.metadata.resourceVersion ?? NONE_YET;
  for (let attempt = 1; ; attempt++) {
    const { answer, repeated } = await patch(connection, request, version);
    if (answer.status < 300) return readJson<SeldonDeployment>(answer, askedOf(manifest));
    // A server does not lose a kind: what answers so once is a proxy, or a server that is starting.
    if (isOddMissing(answer) && !wasOdd) {
      wasOdd = true;
      continue;
    }
    if (!isConflict(answer)) throw applyFailure(answer, askedOf(manifest), manifest.apiVersion);
    const live = await read();
    // The answer to an earlier attempt may have been lost: then our own apply caused the conflict.
    if (repeated && !dryRun && live !== undefined && isOurs(live, manifest)) return live;
    const next = live?.metadata.resourceVersion;
    if (next === undefined || !isUntouched(live, before, manifest) || attempt === MOST_TRIES) {
      const what = `SeldonDeployment ${namespace}/${name} was changed while this run prepared its own change`;
      throw new UserError('object-changed', what, {
        hint: 'start the workflow again: the new run starts from the live state',
      });
    }
    version = next;
  }
}

export interface AnnotateRequest {
  readonly known: SeldonDeployment;
  readonly annotations: Readonly<Record<string, string>>;
  readonly read: () => Promise<SeldonDeployment | undefined>;
}

/** Server-side apply of annotations only, by another field manager, so that a later apply of a manifest does not remove them. */
export async function annotate(connection: ApiConnection, request: AnnotateRequest): Promise<SeldonDeployment> {
  const { known, annotations, read } = request;
  const { apiVersion, kind, metadata } = known;
  const { name, namespace } = metadata;
  const manifest = { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }), annotations } };
  return serverSideApply(connection, { manifest, dryRun: false, before: known, read, manager: NOTES_MANAGER });
}

async function patch(
  connection: ApiConnection,
  { manifest, dryRun, before, manager = FIELD_MANAGER }: ApplyRequest,
  resourceVersion: string,
): Promise<{ readonly answer: HttpResponse; readonly repeated: boolean }> {
  const { namespace = '', name } = manifest.metadata;
  const { status: _, ...rest } = manifest;
  const { managedFields: __, ...metadata } = manifest.metadata;
  const path = collectionPath(SELDON_DEPLOYMENTS, manifest.apiVersion.split('/')[1] ?? '', namespace);
  // The version alone does not protect against a deletion: apply would create the object again. The uid does.
  const uid = before?.metadata.uid;
  const guarded = { ...metadata, resourceVersion, ...(uid !== undefined && { uid }) };
  let repeated = false;
  const answer = await connection.request({
    method: 'PATCH',
    path: `${path}/${encodeURIComponent(name)}`,
    query: { fieldManager: manager, force: 'true', fieldValidation: 'Strict', ...(dryRun && { dryRun: 'All' }) },
    contentType: 'application/apply-patch+yaml',
    passesWebhooks: true,
    body: JSON.stringify({ ...rest, metadata: guarded }),
    onRepeat: () => {
      repeated = true;
    },
  });
  return { answer, repeated };
}

function askedOf({ metadata }: Pick<SeldonDeployment, 'metadata'>): Asked {
  const resource = `${SELDON_DEPLOYMENTS.plural}.${SELDON_DEPLOYMENTS.group}`;
  return { verb: 'patch', resource, namespace: metadata.namespace ?? '' };
}

/** Whether both are the same object and differ only in the status. */
export function differsInStatusOnly(live: SeldonDeployment | undefined, before: SeldonDeployment | undefined): boolean {
  const lasting = (object: SeldonDeployment) => {
    const { uid, labels, annotations, ownerReferences, deletionTimestamp } = object.metadata;
    return { uid, labels, annotations, ownerReferences, deletionTimestamp, spec: object.spec };
  };
  return live !== undefined && before !== undefined && equal(lasting(live), lasting(before));
}

/**
 * Whether nothing changed that the apply would overwrite. The status, and labels and annotations that the manifest does not
 * have, are others': an apply leaves them as they are.
 */
function isUntouched(
  live: SeldonDeployment | undefined,
  before: SeldonDeployment | undefined,
  manifest: ApplyRequest['manifest'],
): boolean {
  const alike = (object: SeldonDeployment | undefined) =>
    object && {
      ...object,
      metadata: {
        ...object.metadata,
        labels: projected(object.metadata.labels, manifest.metadata.labels),
        annotations: projected(object.metadata.annotations, manifest.metadata.annotations),
      },
    };
  return differsInStatusOnly(alike(live), alike(before));
}

/** The values of those keys that the manifest has, too. */
function projected(values: Record<string, string> = {}, written: Record<string, string> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => Object.hasOwn(written, key)));
}

/** A 404 without the words of the API server. It has them for an object or a namespace, and not for a path. */
function isOddMissing(answer: HttpResponse): boolean {
  return answer.status === 404 && statusOf(answer) === undefined;
}

function isConflict(answer: HttpResponse): boolean {
  if (answer.status === 409) return true;
  const causes = statusOf(answer)?.causes ?? [];
  const guards = new Set(['metadata.resourceVersion', 'metadata.uid']);
  return answer.status === 422 && causes.some(({ field }) => guards.has(field ?? ''));
}

/** Whether the object is from this run: the annotations name the run, and the markers name its pods. */
function isOurs(live: SeldonDeployment, manifest: ApplyRequest['manifest']): boolean {
  const markers = ({ spec }: Partial<SeldonDeployment>) =>
    (spec?.predictors ?? []).map((one) => one.annotations?.[ANNOTATIONS.rollout]);
  return (
    contains(live.metadata.annotations ?? {}, manifest.metadata.annotations ?? {}) &&
    (manifest.spec === undefined || contains(markers(live), markers(manifest)))
  );
}

function applyFailure(answer: HttpResponse, asked: Asked, apiVersion: string): UserError {
  const status = statusOf(answer);
  if (answer.status === 404) return missing(answer, status, { ...asked, apiVersion });
  if (status === undefined) return failureOf(answer, asked);
  if (status.causes.some(({ reason }) => reason === 'NamespaceTerminating'))
    return new UserError('namespace-not-found', `namespace ${asked.namespace} is being deleted`, {
      hint: 'wait until it is gone and create it again, or correct `namespace`',
    });
  if (!isRefusal(answer, status)) return failureOf(answer, asked);
  const webhook = /^admission webhook "([^"]*)"/.exec(status.message)?.[1];
  const who = webhook === undefined ? 'the API server' : `the webhook ${webhook}`;
  return new UserError('manifest-refused', `${who} refuses the manifest: ${objectionOf(status)}`, {
    hint: 'the manifest is in the log and in the output `manifest-path`; correct the inputs or your base manifest',
  });
}

function isRefusal({ status: code }: HttpResponse, { message }: ApiStatus): boolean {
  if (code === 500) return message.startsWith('failed to create typed patch object');
  if (code === 403) return message.startsWith('admission webhook') || message.includes('exceeded quota');
  return code === 400 || code === 422 || code === 413;
}

function missing(
  answer: HttpResponse,
  status: ApiStatus | undefined,
  { namespace, apiVersion, ...asked }: Asked & { readonly apiVersion: string },
): UserError {
  if (status?.kind === 'namespaces') {
    return new UserError('namespace-not-found', `namespace ${namespace} does not exist`, {
      hint: `create it (kubectl create namespace ${namespace}), or correct the input \`namespace\``,
    });
  }
  return isObjectMissing(answer) ? failureOf(answer, { ...asked, namespace }) : seldonMissing(apiVersion);
}

/** The error for a server without the kind SeldonDeployment. */
export function seldonMissing(apiVersion: string): UserError {
  return new UserError('seldon-not-installed', `the cluster has no SeldonDeployments (${apiVersion})`, {
    hint: 'install Seldon Core 1.x, or correct the inputs `kubeconfig`, `context` and `api-version`',
  });
}

import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';
import {
  FIELD_MANAGER,
  type ManagedFields,
  NOTES_MANAGER,
  type SeldonDeployment,
} from '../../seldon/seldon-deployment.ts';

/** Who else writes the live object. A forced apply takes its predictors from whoever wrote them. */

/** Names of managers in one message. */
const MOST_NAMED = 5;

/** Labels and annotations by which a GitOps tool marks what it keeps at what is in git. */
const MARKS: readonly (readonly [tool: string, key: string])[] = [
  ['Argo CD', 'argocd.argoproj.io/tracking-id'],
  ['Argo CD', 'argocd.argoproj.io/instance'],
  ['Flux', 'kustomize.toolkit.fluxcd.io/name'],
  ['Flux', 'helm.toolkit.fluxcd.io/name'],
];

/** Field managers of the same tools. */
const CONTROLLERS: ReadonlyMap<string, string> = new Map([
  ['argocd-controller', 'Argo CD'],
  ['argocd-application-controller', 'Argo CD'],
  ['kustomize-controller', 'Flux'],
  ['helm-controller', 'Flux'],
]);

/** Field managers other than ours that own `spec.predictors` of the live object. */
export function otherManagersOf(live: SeldonDeployment | undefined): readonly string[] {
  return namesOf(othersOf(live).filter((one) => fieldsOf(one).includes('f:predictors')));
}

/** What others wrote of the object itself. */
function othersOf(live: SeldonDeployment | undefined): readonly ManagedFields[] {
  return (live?.metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== FIELD_MANAGER && manager !== NOTES_MANAGER && (subresource ?? '') === '',
  );
}

/** Fields of `spec` that an entry owns. */
function fieldsOf({ fieldsV1 }: ManagedFields): readonly string[] {
  const spec = fieldsV1?.['f:spec'];
  return isJsonObject(spec) ? Object.keys(spec) : [];
}

function namesOf(entries: readonly ManagedFields[]): readonly string[] {
  return [...new Set(entries.map(({ manager }) => manager ?? 'an unknown manager'))].slice(0, MOST_NAMED);
}

/** Who wrote the spec last beside us, for a sentence about a change that is not ours. */
export interface OtherWriter {
  readonly words: string;
  /** What ends that, if it is a GitOps tool. */
  readonly cure: string | undefined;
}

export function lastOtherWriter(live: SeldonDeployment | undefined): OtherWriter {
  const writers = othersOf(live).filter((one) => fieldsOf(one).some((field) => field !== 'f:replicas'));
  const newest = writers.reduce((latest, { time = '' }) => (time > latest ? time : latest), '');
  const managers = namesOf(writers.filter(({ time = '' }) => time === newest));
  const [tool] = managers.flatMap((one) => CONTROLLERS.get(one) ?? []);
  const list = managers.map((one) => `\`${one}\``).join(', ');
  return {
    words: `${tool ?? 'another person or tool'}${list === '' ? '' : ` (field manager ${list})`}`,
    cure:
      tool === undefined
        ? undefined
        : `${fileFor(tool)}, or let ${tool} ignore \`spec.predictors\` of this object: it sets back each change that is not in git`,
  };
}

/** The way of a GitOps tool, in terms of our inputs. */
function fileFor(tool: string): string {
  return `let the action write the file that ${tool} applies (\`apply: false\` with \`manifest-file\`, see docs/gitops.md)`;
}

/** What the apply takes from others, as a sentence; undefined if it takes nothing. */
export function takeoverNote(live: SeldonDeployment | undefined): string | undefined {
  const managers = otherManagersOf(live);
  if (live === undefined || managers.length === 0) return undefined;
  const { namespace, name } = live.metadata;
  const list = managers.map((one) => `\`${one}\``).join(', ');
  return `\`spec.predictors\` of SeldonDeployment ${namespace}/${name} was last written by ${list} (field manager): this action takes it over, and another apply of that tool may set it back.`;
}

/**
 * Refuses to change what Argo CD or Flux keeps at what is in git: it would set the change back, in the middle of a rollout
 * or later.
 * @throws UserError object-not-ours
 */
export function refuseManaged(live: SeldonDeployment | undefined, takeOver: boolean): void {
  const owner = takeOver || live === undefined ? undefined : gitopsOwnerOf(live);
  if (live === undefined || owner === undefined) return;
  const { namespace, name } = live.metadata;
  const what = `SeldonDeployment ${namespace}/${name} is managed by ${owner.tool} (${owner.evidence})`;
  throw new UserError('object-not-ours', what, {
    hint: `${fileFor(owner.tool)}, or choose another \`name\`; \`take-over: true\` changes the object nevertheless: then let ${owner.tool} ignore its \`spec.predictors\``,
  });
}

function gitopsOwnerOf(live: SeldonDeployment): { readonly tool: string; readonly evidence: string } | undefined {
  const { labels = {}, annotations = {} } = live.metadata;
  for (const [tool, key] of MARKS) {
    const kind = key in annotations ? 'annotation' : key in labels ? 'label' : undefined;
    if (kind !== undefined) return { tool, evidence: `${kind} \`${key}\`` };
  }
  for (const manager of otherManagersOf(live)) {
    const tool = CONTROLLERS.get(manager);
    if (tool !== undefined) return { tool, evidence: `field manager \`${manager}\`` };
  }
  return undefined;
}

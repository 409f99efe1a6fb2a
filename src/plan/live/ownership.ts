import { UserError } from '../../base/errors.ts';
import { isJsonObject } from '../../base/json-value.ts';
import { FIELD_MANAGER, NOTES_MANAGER, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';

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
const CONTROLLERS: Readonly<Record<string, string>> = {
  'argocd-controller': 'Argo CD',
  'argocd-application-controller': 'Argo CD',
  'kustomize-controller': 'Flux',
  'helm-controller': 'Flux',
};

/** Field managers other than ours that own `spec.predictors` of the live object. */
export function otherManagersOf(live: SeldonDeployment | undefined): readonly string[] {
  const others = (live?.metadata.managedFields ?? []).filter(
    ({ manager, subresource }) => manager !== FIELD_MANAGER && manager !== NOTES_MANAGER && (subresource ?? '') === '',
  );
  const owners = others.filter(({ fieldsV1 }) => {
    const spec = fieldsV1?.['f:spec'];
    return isJsonObject(spec) && 'f:predictors' in spec;
  });
  return [...new Set(owners.map(({ manager }) => manager ?? 'an unknown manager'))].slice(0, MOST_NAMED);
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
    hint: `let the action write the file that ${owner.tool} applies (\`apply: false\` with \`manifest-file\`, see docs/gitops.md), or choose another \`name\`; \`take-over: true\` changes the object nevertheless: then let ${owner.tool} ignore its \`spec.predictors\``,
  });
}

function gitopsOwnerOf(live: SeldonDeployment): { readonly tool: string; readonly evidence: string } | undefined {
  const { labels = {}, annotations = {} } = live.metadata;
  for (const [tool, key] of MARKS) {
    const kind = key in annotations ? 'annotation' : key in labels ? 'label' : undefined;
    if (kind !== undefined) return { tool, evidence: `${kind} \`${key}\`` };
  }
  const manager = otherManagersOf(live).find((one) => Object.hasOwn(CONTROLLERS, one));
  return manager === undefined
    ? undefined
    : { tool: CONTROLLERS[manager] ?? manager, evidence: `field manager \`${manager}\`` };
}

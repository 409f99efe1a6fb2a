import type { FailureContext, FailureRow } from './failure-row.ts';

const SAID = { reason: 'operator-failed', place: 'operator', explains: ['operator-failed'] } as const;

/** Why the Seldon operator could not carry a SeldonDeployment out, in the words of its status. */
export const OPERATOR_FAILURES: readonly FailureRow[] = [
  {
    ...SAID,
    id: 'operator-name-invalid',
    pattern:
      /"([^"]{1,253})" is invalid: metadata\.(?:name|labels)[^\n]{0,200}|must (?:be no more than 63|consist of lower case)/,
    example: 'Deployment.apps "wine-main-0-Prediction_1" is invalid: metadata.name: Invalid value',
    title: (_, [, name]) =>
      `The operator cannot create an object with the name ${name ?? 'that it makes of the graph'}`,
    cure: () =>
      'use lower-case letters, digits and dashes for the names of predictors, graph nodes and containers in `manifest`, and a shorter `name`',
  },
  {
    ...SAID,
    id: 'operator-selector-immutable',
    pattern: /field is immutable|spec\.selector/,
    example: 'Deployment.apps "wine-main-0-prediction" is invalid: spec.selector: Invalid value: field is immutable',
    title: () => 'The operator tries to change a field that Kubernetes does not let anybody change',
    cure: () => 'remove the SeldonDeployment (`mode: remove`) and deploy it again, or give it another `name`',
  },
  {
    ...SAID,
    id: 'operator-not-permitted',
    pattern: /is forbidden: User "([^"]{1,253})" cannot (\w{1,20}) resource "([^"]{1,253})"/,
    example:
      'services is forbidden: User "system:serviceaccount:seldon-system:seldon-manager" cannot create resource "services"',
    title: (_, [, user, verb, resource]) => `The operator (${user}) may not ${verb} ${resource} in the namespace`,
    cure: () => 'install the operator so that it watches this namespace, or bind its ClusterRole there',
  },
  {
    ...SAID,
    id: 'operator-kind-missing',
    pattern: /no matches for kind "(\w{1,60})" in version "([\w./-]{1,100})"|could not find the requested resource/,
    example: 'no matches for kind "VirtualService" in version "networking.istio.io/v1alpha3"',
    title: (_, [, kind, version]) =>
      `The operator wants to write an object that the cluster does not know${kind === undefined ? '' : `: ${kind} of ${version}`}`,
    cure: () =>
      'install what provides it, or turn it off in the installation of Seldon (`istio.enabled`, `ambassador.enabled`); `hpaSpec` needs a Seldon release that fits the cluster',
  },
  {
    ...SAID,
    id: 'operator-server-unknown',
    pattern: /Failed to get server config for (\w{1,80})/,
    example: 'Failed to get server config for XGBOOST_SERVER2',
    title: (_, [, server]) => `The operator knows no server ${server}`,
    cure: () =>
      'correct `implementation` in `manifest` (`MLFLOW_SERVER`), or add the server to `predictor_servers` of ConfigMap seldon-config',
  },
  {
    ...SAID,
    id: 'operator-quantity',
    pattern: /quantities must match the regular expression|failed to parse quantity/,
    example: 'failed to parse quantity: quantities must match the regular expression',
    title: () => 'The operator cannot read a number of resources',
    cure: () =>
      'correct `resources` in `manifest`; if they are right, the requests and limits of `storageInitializer` in ConfigMap seldon-config are not',
  },
  {
    ...SAID,
    id: 'operator-duplicate-port',
    pattern: /spec\.ports\[\d{1,3}\][^\n]{0,40}Duplicate value: ([^\n]{1,100})/,
    example: 'Service "wine-main-prediction" is invalid: spec.ports[1].name: Duplicate value: "http"',
    title: (_, [, value]) => `Two ports of one Service are the same: ${value}`,
    cure: () => 'give each port of the containers in `manifest` a name and a number of its own',
  },
  {
    ...SAID,
    id: 'operator-conflict',
    pattern: /the object has been modified; please apply your changes/,
    example:
      'Operation cannot be fulfilled on deployments.apps "wine": the object has been modified; please apply your changes',
    title: () => 'The operator wrote an object that somebody else had just changed',
    cure: () =>
      'run this workflow again; if the error stays, find out which other tool writes the Deployments of Seldon',
  },
  {
    ...SAID,
    id: 'operator-field-invalid',
    pattern: /"([^"]{1,253})" is invalid: (spec\.[^\n]{1,200})/,
    example: 'HorizontalPodAutoscaler.autoscaling "wine" is invalid: spec.minReplicas: Invalid value: 0',
    title: (_, [, name, why]) => `The API server refuses ${name}, which the operator makes of the manifest: ${why}`,
    cure: () => 'correct that field in `manifest`',
  },
  {
    ...SAID,
    id: 'operator-owner',
    pattern: /already (?:owned|exists)|AlreadyOwnedError/,
    example: 'Object seldon/wine-main is already owned by another SeldonDeployment controller',
    title: (_, [words]) => `An object of that name belongs to another owner (${words})`,
    cure: () => 'give the SeldonDeployment another `name`, or delete the object that stands in its way',
  },
  {
    ...SAID,
    id: 'operator-status-stale',
    pattern: /(?:Service|services|Deployment|deployments)[\w.]{0,20} "([^"]{1,253})" not found/,
    example: 'Service "wine-candidate" not found',
    title: (at, [, name]) =>
      `The status of the SeldonDeployment lists Services that are gone, and the operator waits for them without end: ${staleIn(at, name).join(', ')}`,
    cure: (at, [, name]) =>
      `remove these entries, and the operator goes on at once; a new deployment does not remove them: \`${removalOf(at, staleIn(at, name))}\``,
  },
];

function staleIn({ staleServices = [] }: FailureContext, named = 'the Service'): readonly string[] {
  return staleServices.includes(named) ? staleServices : [named, ...staleServices];
}

/** The status is a subresource, so a patch of the object itself would change nothing. */
function removalOf({ object }: FailureContext, services: readonly string[]): string {
  const { namespace = 'seldon', name = 'wine' } = object ?? {};
  const serviceStatus = Object.fromEntries(services.map((one) => [one, null]));
  const patch = JSON.stringify({ status: { serviceStatus } });
  return `kubectl patch seldondeployment ${name} -n ${namespace} --subresource=status --type=merge -p '${patch}'`;
}

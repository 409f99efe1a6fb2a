import { nearestWord } from '../../base/nearest-word.ts';
import { INPUTS, type InputName } from '../inputs.ts';

/** Words of other tools and of everyday speech for inputs of this action, in letters alone. */
const OTHER_WORDS: Readonly<Record<string, InputName>> = {
  model: 'model-uri',
  uri: 'model-uri',
  modelurl: 'model-uri',
  modelversion: 'model-uri',
  strategy: 'mode',
  rolloutmode: 'mode',
  percent: 'traffic',
  percentage: 'traffic',
  weight: 'traffic',
  share: 'traffic',
  canarysteps: 'steps',
  canarytraffic: 'traffic',
  canarypercent: 'traffic',
  interval: 'step-interval',
  mlflowuri: 'mlflow-tracking-uri',
  mlflowurl: 'mlflow-tracking-uri',
  mlflowserver: 'mlflow-tracking-uri',
  mlflowuser: 'mlflow-username',
  tracking: 'mlflow-tracking-uri',
  trackinguri: 'mlflow-tracking-uri',
  trackingurl: 'mlflow-tracking-uri',
  secret: 'env-secret',
  secretname: 'env-secret',
  storagesecret: 'env-secret',
  envsecretref: 'env-secret',
  rclonesecret: 'env-secret',
  ingress: 'ingress-url',
  ingresshost: 'ingress-url',
  endpoint: 'ingress-url',
  gateway: 'ingress-url',
  gatewayurl: 'ingress-url',
  host: 'ingress-url',
  prometheus: 'prometheus-url',
  artifactroot: 'artifacts-destination',
  bucket: 'artifacts-destination',
  pr: 'pull-request',
  prnumber: 'pull-request',
  pullrequestnumber: 'pull-request',
  issuenumber: 'pull-request',
  ns: 'namespace',
  deployment: 'name',
  deploymentname: 'name',
  modelname: 'name',
  kubecontext: 'context',
  token: 'github-token',
  repotoken: 'github-token',
  configfile: 'config',
  target: 'targets',
  serviceaccountname: 'service-account',
  smoketest: 'smoke-request',
  request: 'smoke-request',
  planonly: 'dry-run',
};

/** The input that a name was probably meant to be; undefined if none is similar. */
export function nearestInput(name: string): InputName | undefined {
  const letters = name
    .slice(0, 60)
    .toLowerCase()
    .replace(/[^a-z]/g, '');
  const names: readonly InputName[] = INPUTS.map((one) => one.name);
  const same = names.find((one) => one.replaceAll('-', '') === letters);
  if (same !== undefined) return same;
  if (Object.hasOwn(OTHER_WORDS, letters)) return OTHER_WORDS[letters];
  // Two letters are within two replacements of any other two.
  if (letters.length < 4) return undefined;
  return names.find((one) => one === nearestWord(name.replace(/[_ ]/g, '-'), names));
}

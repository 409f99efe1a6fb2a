import type { OpenEndpoint } from '../../base/ports.ts';
import type { Model } from '../../model/model.ts';
import type { ReachableRegistry } from '../../model/registry.ts';
import { storageFault } from '../../model/storage-rules.ts';
import type { Metrics } from '../../proof/evidence/metrics.ts';
import type { TokenAccess, TokenArea } from '../../record/token-access.ts';
import type { Installation } from '../../seldon/installation.ts';
import type { Config } from '../../settings/config.ts';
import { checkIngress } from '../preflight.ts';
import { type Checked, fine, missing, noted } from './checked.ts';

/** Milliseconds for one look at the gateway. */
const LOOK_MS = 5_000;

/** The ingress that is installed, and whether something answers at `ingress-url`. */
export async function checkGateway(
  installation: Installation | undefined,
  openEndpoint: OpenEndpoint,
  { proof }: Config,
): Promise<Checked> {
  const what = 'ingress';
  const kinds = (await installation?.ingresses()) ?? [];
  const has = kinds.length === 0 ? 'neither Ambassador/Emissary nor Istio' : kinds.join(' and ');
  const { ingressUrl } = proof;
  if (ingressUrl === undefined)
    return fine(what, `${has}; without \`ingress-url\` a model is proven through the API server only`);
  await checkIngress(openEndpoint, { proof });
  const answer = await openEndpoint(ingressUrl).send({ method: 'GET', path: '/', timeout: LOOK_MS });
  if (answer.kind === 'unreachable') {
    return missing(what, `${ingressUrl} does not answer: ${answer.message}`, {
      reason: 'endpoint-failed',
      cure: 'correct the input `ingress-url`, or use a runner that can reach it',
    });
  }
  if (installation === undefined || kinds.length > 0) return fine(what, `${has}; ${ingressUrl} answers`);
  return noted(what, 'warning', {
    found: `${ingressUrl} answers, and the cluster has ${has}`,
    cure: 'Seldon writes routes for Ambassador/Emissary and Istio only: without one of them no request reaches a model',
  });
}

/** The MLflow server and its credentials, and the model where one is given. */
export async function checkRegistry(
  registry: ReachableRegistry,
  config: Config,
): Promise<{ readonly line: Checked; readonly model?: Model }> {
  const what = 'registry';
  if (config.modelUri !== undefined) {
    const model = await registry.resolve(config.modelUri);
    const fault = storageFault(model, { ...config.registry, allowStorages: config.allowStorages });
    const found = `${config.modelUri} is stored in ${model.storageUri}`;
    if (fault === undefined) return { model, line: fine(what, found) };
    const cure = 'the inputs `allow-storages` and `storage-uri-map` say what is allowed';
    return { model, line: missing(what, `${found}: ${fault}`, { reason: 'model-not-allowed', cure }) };
  }
  const server = await registry.reach();
  if (server !== undefined) return { line: fine(what, `${server} answers and accepts the credentials`) };
  const found = 'no MLflow server is named';
  const cure = 'set `mlflow-tracking-uri`, unless every `model-uri` is a storage URI';
  return { line: noted(what, 'warning', { found, cure }) };
}

/** Prometheus, if it counts the requests. */
export async function checkMetrics(metrics: Metrics, { gate }: Config): Promise<Checked> {
  await metrics.query('vector(1)');
  return fine('Prometheus', `${gate.prometheusUrl} answers`);
}

/** What the job's token may read; what it may write GitHub does not report. */
export async function checkToken(token: TokenAccess | undefined, config: Config, usesFile: boolean): Promise<Checked> {
  const what = 'GitHub token';
  if (token === undefined) {
    const cure = 'set `github-token`; without it no comment is written';
    return noted(what, 'warning', { found: 'there is no token', cure });
  }
  const areas: readonly TokenArea[] = [
    ...(config.reporting.comment === 'never' ? [] : (['pull-requests'] as const)),
    ...(config.record.environment === undefined ? [] : (['deployments'] as const)),
    ...(usesFile ? (['contents'] as const) : []),
  ];
  const allowed = await Promise.all(areas.map((area) => token.mayRead(area)));
  const refused = areas.filter((_, at) => allowed[at] !== true);
  const needs = areas.map((area) => `\`${area}: ${area === 'contents' ? 'read' : 'write'}\``).join(', ');
  if (refused.length > 0) {
    return missing(what, `the token may not read ${refused.join(', ')} of the repository`, {
      reason: 'github-failed',
      cure: `give the job \`permissions:\` with ${needs}`,
    });
  }
  if (areas.length === 0) return fine(what, 'not needed: `comment` is `never`');
  return fine(
    what,
    `reads ${areas.join(', ')}; GitHub does not report whether it may write, for which the job needs ${needs}`,
  );
}

import type { Finding } from '../base/finding.ts';
import type { Conclude } from '../base/journal.ts';
import type { HttpEndpoint } from '../base/ports.ts';
import type { Stage } from '../plan/plan.ts';
import { hasOrchestrator, predictorServiceOf } from '../seldon/created-objects.ts';
import { predictionsCounted } from '../seldon/executor-metrics.ts';
import { replicasOf } from '../seldon/replicas.ts';
import type { ProofContext } from './proof-context.ts';
import { predictTarget } from './proof-targets.ts';

/** Timeout of one request in milliseconds, and the time that an ingress may need to configure its mirror. */
const ONE_EXCHANGE = 60_000;
const PATIENCE = 30_000;
/** A Service sends each request to one of its pods. This number of reads probably reaches all of them. */
const READS_PER_POD = 5;

/**
 * Sends requests through the public endpoint until the shadow counts copies of them.
 * @returns a finding if no copy arrived; undefined if some arrived, or with a warning if this cannot be observed
 */
export async function verifyMirror(context: ProofContext, stage: Stage): Promise<readonly Finding[] | undefined> {
  const { peers, notes } = context;
  if (stage.mirror === undefined) return undefined;
  const unobservable = whyUnobservable(context, stage);
  if (unobservable !== undefined) {
    notes.warnings = [
      ...notes.warnings,
      `It was not verified that ${stage.mirror} gets copies of the requests: ${unobservable}`,
    ];
    return undefined;
  }
  return peers.journal.step('mirror', (conclude) => watch(context, stage, conclude));
}

function whyUnobservable({ config, requests: { smoke } }: ProofContext, stage: Stage): string | undefined {
  const predictor = stage.manifest.spec.predictors.find((one) => one.name === stage.mirror);
  if (config.proof.ingressUrl === undefined) return 'set `ingress-url` to send a request through it.';
  if (smoke.request === undefined) return 'set `smoke-request` to send it through the public endpoint.';
  if (predictor !== undefined && !hasOrchestrator(predictor))
    return 'without the orchestrator (`orchestrator: false`) they are not counted.';
  return undefined;
}

async function watch(context: ProofContext, stage: Stage, conclude: Conclude): Promise<readonly Finding[] | undefined> {
  const { peers, objects, plan } = context;
  const { smoke } = context.requests;
  const { cluster, clock } = peers;
  const { ref } = objects;
  const { predictor } = plan;
  const counter = cluster.service({ namespace: ref.namespace, name: predictorServiceOf(ref.name, predictor) }, 'http');
  const reads = READS_PER_POD * replicasOf(stage.manifest.spec, predictor);
  const front = predictTarget(context, predictor, 'ingress');
  const before = await mostCounted(counter, reads);
  if (before === undefined) return uncounted(context, conclude);
  const end = clock.now() + PATIENCE;
  for (let sent = 1; ; sent++) {
    const body = smoke.request?.body ?? '';
    await front.endpoint.send({ method: 'POST', path: front.path, body, timeout: ONE_EXCHANGE });
    await clock.sleep(Math.min(200 * sent, 2_000));
    const now = await mostCounted(counter, reads);
    if (now !== undefined && now > before) {
      conclude(
        `${predictor.name} counted ${now - before} of ${sent} requests sent through ${front.endpoint.description}`,
      );
      return undefined;
    }
    if (clock.now() >= end)
      return noCopy(
        conclude,
        `${predictor.name} got no copy of ${sent} requests sent through ${front.endpoint.description}`,
      );
  }
}

function uncounted({ notes, plan }: ProofContext, conclude: Conclude): undefined {
  const sentence = `${plan.predictor.name} does not report its request count: its /prometheus does not answer`;
  conclude(sentence);
  notes.warnings = [...notes.warnings, `It was not verified that the shadow gets copies of the requests: ${sentence}.`];
}

function noCopy(conclude: Conclude, title: string): readonly Finding[] {
  conclude(title, 'failed');
  const cure =
    'check the ingress: its routing object mirrors to the shadow, but no copy arrived; check that `ingress-url` is its address';
  return [{ reason: 'mirror-silent', title, cure, quotes: [] }];
}

/** The largest of several readings, because each pod has its own count; undefined if no pod reports one. */
async function mostCounted(endpoint: HttpEndpoint, reads: number): Promise<number | undefined> {
  let most: number | undefined;
  for (let read = 0; read < reads; read++) {
    const answer = await endpoint.send({ method: 'GET', path: '/prometheus', timeout: ONE_EXCHANGE });
    if (answer.kind === 'answer' && answer.status === 200) most = Math.max(most ?? 0, predictionsCounted(answer.body));
  }
  return most;
}

import { messageOf } from '../base/errors.ts';
import type { Finding } from '../base/finding.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Cluster, ObjectRef } from '../seldon/cluster.ts';
import { modelUriOf } from '../seldon/graph.ts';
import type { Predictor, SeldonDeployment } from '../seldon/seldon-deployment.ts';
import { askAgain } from './ask-again.ts';
import { expectationOf } from './expectation.ts';
import { gatherFindings } from './failures/gather-findings.ts';
import { replacedBy } from './rollout-status.ts';

interface Peers {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
}

/** What another person or tool did to the object since it was stored; undefined if it is the same or cannot be read. */
export async function changedMeanwhile(
  { cluster, clock, runner }: Peers,
  ref: ObjectRef,
  stored: SeldonDeployment,
): Promise<readonly Finding[] | undefined> {
  const expected = expectationOf(stored);
  try {
    const object = await askAgain(clock, () => cluster.read(ref));
    const status = replacedBy(object, expected);
    if (status === undefined) return undefined;
    const snapshot = { seldonDeployment: object, deployments: [], pods: [], routes: undefined };
    return await gatherFindings(cluster, ref, { end: { status, snapshot }, expected });
  } catch (error) {
    runner.info(`whether somebody changed the object meanwhile is not known: ${messageOf(error)}`);
    return undefined;
  }
}

/** A field that decides which model answers which requests, and that a mutating webhook changed as it was applied. */
export function alteredOnTheWay(sent: SeldonDeployment, stored: SeldonDeployment): Finding | undefined {
  for (const predictor of sent.spec.predictors) {
    const found = stored.spec.predictors.find(({ name }) => name === predictor.name);
    const different = FIELDS.find(([, textOf]) => found === undefined || textOf(predictor) !== textOf(found));
    if (different === undefined) continue;
    const [field, textOf] = different;
    const is = found === undefined ? 'nothing' : `\`${textOf(found)}\``;
    return {
      reason: 'object-changed',
      title: `an admission webhook made ${is} of \`${field}: ${textOf(predictor)}\` of predictor ${predictor.name}, as it was applied`,
      cure: 'find the mutating webhook or policy (`kubectl get mutatingwebhookconfigurations`), and let it leave these fields as they are',
      quotes: [],
    };
  }
  return undefined;
}

const FIELDS: readonly (readonly [field: string, textOf: (predictor: Predictor) => unknown])[] = [
  ['graph.modelUri', (predictor) => modelUriOf(predictor)],
  ['traffic', ({ traffic = 0 }) => traffic],
  ['shadow', ({ shadow = false }) => shadow],
];

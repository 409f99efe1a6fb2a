import { bestEffort } from '../../base/best-effort.ts';
import type { Finding } from '../../base/finding.ts';
import type { Cluster, ObjectRef } from '../../seldon/cluster.ts';
import { deploymentLabelsOf } from '../../seldon/created-objects.ts';
import { modelNodeName } from '../../seldon/graph.ts';
import { ANNOTATIONS, type Predictor, type SeldonDeployment } from '../../seldon/seldon-deployment.ts';
import type { Expectation } from '../expectation.ts';
import type { WaitEnd } from '../wait-until-ready.ts';
import { diagnose, evidenceWanted } from './diagnosis.ts';

const LOG_LINES = 60;

/** Reads the logs and events of a failed rollout. Logs and events that cannot be read are left out. */
export async function gatherFindings(
  cluster: Cluster,
  ref: ObjectRef,
  { end, expected }: { readonly end: WaitEnd; readonly expected: Expectation },
): Promise<readonly Finding[]> {
  const { status, snapshot } = end;
  const wanted = evidenceWanted(status, snapshot, expected);
  const logs = await Promise.all(
    wanted.logs.map(async ({ pod, container, previous }) => {
      const options = { previous, tailLines: LOG_LINES };
      const text = await bestEffort(cluster.logs({ namespace: ref.namespace, name: pod }, container, options));
      return { pod, container, previous, text: text ?? '' };
    }),
  );
  const events = await Promise.all(wanted.events.map((uid) => bestEffort(cluster.events(ref.namespace, uid))));
  return diagnose({ status, snapshot, expected, logs, events: events.flatMap((list) => list ?? []) });
}

/** Last lines of the model container that answers for a predictor; undefined where they cannot be had. */
export async function gatherModelLog(
  cluster: Cluster,
  ref: ObjectRef,
  { object, predictor }: { readonly object: SeldonDeployment; readonly predictor: Predictor },
): Promise<{ readonly pod: string; readonly container: string; readonly text: string } | undefined> {
  const observation = await bestEffort(cluster.observe(ref, deploymentLabelsOf(object)));
  if (observation === undefined) return undefined;
  const marker = predictor.annotations?.[ANNOTATIONS.rollout];
  const pod = observation.pods.find((one) => one.metadata.annotations?.[ANNOTATIONS.rollout] === marker)?.metadata.name;
  observation.close();
  if (pod === undefined) return undefined;
  const container = modelNodeName(predictor);
  const options = { previous: false, tailLines: 20 };
  const text = await bestEffort(cluster.logs({ namespace: ref.namespace, name: pod }, container, options));
  return text === undefined ? undefined : { pod, container, text };
}

import { equal } from '../base/json-value.ts';
import type { Model } from '../model/model.ts';
import { withReplicas } from '../seldon/replicas.ts';
import type { Predictor } from '../seldon/seldon-deployment.ts';
import { SELDON } from '../seldon/seldon-deployment.ts';
import { wantsDataFrame } from '../seldon/xtype.ts';
import { type Budget, probes } from './budget.ts';
import { overlay } from './overlay.ts';
import type { RenderOptions } from './plan-request.ts';

export interface PredictorRequest {
  readonly name: string;
  readonly node: string;
  /** Percent. */
  readonly traffic: number;
  readonly model: Pick<Model, 'storageUri' | 'signature' | 'example'>;
  readonly options: Pick<
    RenderOptions,
    'protocol' | 'replicas' | 'envSecret' | 'serviceAccount' | 'orchestrator' | 'startupProbe'
  >;
  readonly budget: Budget;
  /** Replicas if neither the inputs nor the manifest set them; undefined: the field is not written. */
  readonly fallbackReplicas: number | undefined;
  /** The predictor of the user's base manifest. */
  readonly base: Predictor | undefined;
  /** The predictor that is live now. */
  readonly live: Predictor | undefined;
}

/** Renders one predictor: our defaults, overridden by the base manifest, overridden by the inputs. */
export function renderPredictor(request: PredictorRequest): Predictor {
  const { base, live, options } = request;
  const defaults = defaultsOf(request);
  const wanted = wantedBy(request);
  const rendered = base === undefined ? overlay(defaults, wanted) : overlay(overlay(defaults, base), wanted);
  const isInnermost = [base, live].some((one) => one?.componentSpecs?.[0]?.replicas !== undefined);
  return options.replicas === undefined ? rendered : withReplicas(rendered, options.replicas, isInnermost);
}

/** Defaults that a base manifest can override. */
function defaultsOf({ name, node, options, budget, base, fallbackReplicas }: PredictorRequest): Predictor {
  const container = base?.componentSpecs?.[0]?.spec?.containers.find((one) => one.name === node);
  const ownProbes = container !== undefined && 'startupProbe' in container;
  return {
    name,
    ...(fallbackReplicas !== undefined && { replicas: fallbackReplicas }),
    graph: { name: node, children: [] },
    progressDeadlineSeconds: budget.progressDeadline,
    componentSpecs: [
      {
        spec: {
          containers: [
            {
              name: node,
              ...(ownProbes ? {} : probes(options.protocol, node, { ...options, ...budget })),
              // Seldon counts metrics ports over all predictors: unpinned, a later predictor's pods would restart
              // whenever an earlier one is added or removed. The operator sets the ports of MLServer.
              ...(options.protocol === 'seldon' && {
                ports: [{ name: 'metrics', containerPort: 6000, protocol: 'TCP' }],
              }),
            },
          ],
        },
      },
    ],
  };
}

/** What this run is about, and what the inputs say in so many words. */
function wantedBy({ name, node, traffic, model, options, base, live }: PredictorRequest): Predictor {
  // An operator's config may declare a server of its own beside Seldon's: it is kept.
  const server = [base, live].map((one) => one?.graph.implementation).find((one) => one?.startsWith('MLFLOW_SERVER'));
  return {
    name,
    ...(!options.orchestrator && { annotations: { [SELDON.noEngine]: 'true' } }),
    traffic,
    graph: {
      name: node,
      implementation: server ?? 'MLFLOW_SERVER',
      modelUri: model.storageUri,
      ...(options.envSecret !== undefined && { envSecretRefName: options.envSecret }),
      ...(options.serviceAccount !== undefined && { serviceAccountName: options.serviceAccount }),
      ...(wantsDataFrame(model) && {
        parameters: [{ name: 'xtype', type: 'STRING', value: 'DataFrame' }],
      }),
    },
  };
}

/** Whether both produce the same pods. Replicas, traffic and deadlines change without a restart. */
export function samePods(a: Predictor, b: Predictor): boolean {
  return equal(podPart(a), podPart(b));
}

/** The fields of a predictor that affect the pod template. */
export function podPart(predictor: Predictor): Record<string, unknown> {
  const { traffic: _traffic, replicas: _replicas, progressDeadlineSeconds: _deadline, ...rest } = predictor;
  return rest;
}

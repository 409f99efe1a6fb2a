import type { RunContext } from '../base/run-context.ts';
import type { Model } from '../model/model.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import type { Ingress } from '../seldon/ingress.ts';
import type { Protocol } from '../seldon/protocol.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { RenderConfig, ShareConfig } from '../settings/config.ts';
import type { Mode } from '../settings/modes.ts';

/** The inputs about the object, with the protocol decided. */
export type RenderOptions = RenderConfig & { readonly protocol: Protocol };

/** All values that a mode may use. */
export interface PlanRequest {
  readonly mode: Mode;
  readonly name: string;
  readonly namespace: string;
  readonly options: RenderOptions;
  readonly share: ShareConfig;
  /** Timeout of one rollout, in seconds. */
  readonly timeout: number | undefined;
  /** The live object; undefined for a first deployment. */
  readonly live: SeldonDeployment | undefined;
  /** The user's base manifest. */
  readonly base: SeldonDeployment | undefined;
  readonly context: RunContext & { readonly pullRequest: number | undefined };
  /** A value that is different in each run. It causes new pods even if nothing else changed. */
  readonly salt: string | undefined;
  readonly ingress: Ingress;
  /** The SeldonDeployment that shares its requests with this one, if it is another object. */
  readonly front: { readonly name: string; readonly live: SeldonDeployment | undefined } | undefined;
}

export type PlannedModel = Pick<
  Model,
  'storageUri' | 'signature' | 'example' | 'name' | 'version' | 'alias' | 'runId' | 'digest'
>;

/** All values for a mode that deploys a new model. */
export interface ModelPlanRequest extends PlanRequest {
  readonly model: PlannedModel;
}

/** The SeldonDeployments of a rollout: usually one and the same. */
export interface RolloutObjects {
  /** The object to change. */
  readonly ref: ObjectRef;
  /** The object with the name of the public endpoint, whose requests `ref` shares. */
  readonly front: ObjectRef;
}

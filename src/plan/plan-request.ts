import type { RunContext } from '../base/run-context.ts';
import type { Model } from '../model/model.ts';
import type { ObjectRef } from '../seldon/cluster.ts';
import type { Ingress } from '../seldon/ingress.ts';
import type { Protocol } from '../seldon/protocol.ts';
import type { SeldonDeployment } from '../seldon/seldon-deployment.ts';
import type { Mode, RenderConfig, ShareConfig } from '../settings/config.ts';

/** The inputs about the object, with the protocol decided. */
export type RenderOptions = RenderConfig & { readonly protocol: Protocol };

/** All a strategy may look at. */
export interface PlanRequest {
  readonly mode: Mode;
  readonly name: string;
  readonly namespace: string;
  readonly options: RenderOptions;
  readonly share: ShareConfig;
  /** Seconds one rollout may take. */
  readonly timeout: number | undefined;
  /** The object as it is now; undefined for a first creation. */
  readonly live: SeldonDeployment | undefined;
  /** The user's base manifest. */
  readonly base: SeldonDeployment | undefined;
  readonly context: RunContext & { readonly pullRequest: number | undefined };
  /** Anything that differs from run to run: makes new pods even where nothing else changed. */
  readonly salt: string | undefined;
  readonly ingress: Ingress;
  /** The SeldonDeployment whose requests this one shares, where it is another one. */
  readonly front: { readonly name: string; readonly live: SeldonDeployment | undefined } | undefined;
}

export type PlannedModel = Pick<
  Model,
  'storageUri' | 'signature' | 'example' | 'name' | 'version' | 'alias' | 'runId' | 'digest'
>;

/** What a strategy that brings a new model looks at. */
export interface ModelPlanRequest extends PlanRequest {
  readonly model: PlannedModel;
}

/** The SeldonDeployments that a rollout is about: mostly one and the same. */
export interface RolloutObjects {
  /** The object to change. */
  readonly ref: ObjectRef;
  /** The object whose name the public endpoint has, and whose requests `ref` shares. */
  readonly front: ObjectRef;
}

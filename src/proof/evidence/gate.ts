import { percent } from '../../base/percent.ts';
import { SERVER_REQUESTS } from '../../seldon/executor-metrics.ts';
import type { GateConfig } from '../../settings/config.ts';

/** Are a canary's figures good enough to go on? Decided from what Prometheus has of it and of main. */

/** Of one predictor, over one window. Undefined: Prometheus has nothing to say. */
export interface Figures {
  /** Requests in the window. */
  readonly requests: number | undefined;
  /** Share of those that did not end with HTTP 200, from 0 to 1. */
  readonly errors: number | undefined;
  /** Mean seconds of one request. */
  readonly latency: number | undefined;
}

export interface GateVerdict {
  readonly answer: 'pass' | 'fail' | 'no-data';
  /** One sentence with the figures. */
  readonly message: string;
  readonly main: Figures;
  readonly canary: Figures;
}

/** What is exactly at the margin passes, though 0.06 + 0.01 is less than 0.07 to a computer. */
const ROUNDING = 1e-9;

export function judgeFigures(
  { main, canary }: { readonly main: Figures; readonly canary: Figures },
  { errorMargin, latencyRatio }: Pick<GateConfig, 'errorMargin' | 'latencyRatio'>,
): GateVerdict {
  const verdict = (answer: GateVerdict['answer'], message: string): GateVerdict => ({ answer, message, main, canary });
  if (!isAboveZero(canary.requests)) return verdict('no-data', 'Prometheus has no requests to canary in this step');
  const told = `canary ${describe(canary)}; main ${describe(main)}`;
  const errors = canary.errors ?? 0;
  const allowed = (main.errors ?? 0) + errorMargin;
  if (errors > allowed + ROUNDING)
    return verdict('fail', `canary fails too often: ${told}; allowed are ${percent(allowed)}`);
  if (!isAboveZero(main.latency) || canary.latency === undefined) return verdict('pass', told);
  const ratio = canary.latency / main.latency;
  if (ratio > latencyRatio + ROUNDING) {
    return verdict(
      'fail',
      `canary is ${Number(ratio.toPrecision(3))} times as slow as main: ${told}; allowed is ${latencyRatio}`,
    );
  }
  return verdict('pass', told);
}

export interface GateQueries {
  readonly requests: string;
  readonly failures: string;
  readonly seconds: string;
}

/**
 * PromQL for what one predictor did in the last `window` seconds: metrics of Seldon's executor
 * (executor/api/metric, v1.17.1). Status calls count under another `service`.
 *
 * @param deployment name of the SeldonDeployment, which the executor reports as `deployment_name`
 */
export function gateQueries(deployment: string, predictor: string, window: number): GateQueries {
  const labels = `deployment_name="${deployment}",predictor_name="${predictor}",service="predictions"`;
  const range = `[${Math.max(1, Math.ceil(window))}s]`;
  return {
    requests: `sum(increase(${SERVER_REQUESTS}_count{${labels}}${range}))`,
    failures: `sum(increase(${SERVER_REQUESTS}_count{${labels},code!="200"}${range}))`,
    seconds: `sum(increase(${SERVER_REQUESTS}_sum{${labels}}${range}))`,
  };
}

/** @param answers of {@link gateQueries}; undefined where Prometheus had no series */
export function figuresOf(answers: {
  readonly requests: number | undefined;
  readonly failures: number | undefined;
  readonly seconds: number | undefined;
}): Figures {
  const { requests, failures, seconds } = answers;
  if (!isAboveZero(requests)) return { requests, errors: undefined, latency: undefined };
  return {
    requests,
    errors: (failures ?? 0) / requests,
    latency: seconds === undefined ? undefined : seconds / requests,
  };
}

function isAboveZero(value: number | undefined): value is number {
  return value !== undefined && value > 0;
}

function describe({ requests, errors, latency }: Figures): string {
  if (!isAboveZero(requests)) return 'no requests';
  const times = latency === undefined ? '' : `, ${Math.round(latency * 1000)} ms`;
  return `${Math.round(requests)} requests, ${percent(errors ?? 0)} failed${times}`;
}

/** What Prometheus had to say of one step. */
export interface GateRecord extends GateVerdict {
  /** `main 75 %, canary 25 %`. */
  readonly stage: string;
}

import type { InputDefinition } from './input-definition.ts';

/** Inputs about what the requests of a canary must show. */
export const GATE_INPUTS = [
  {
    name: 'gate',
    choices: ['auto', 'strict', 'off'],
    default: 'auto',
    description:
      '`auto`: a step of a canary ends on time if the requests do not speak against the canary, and the report says what could have been missed. The step is held while the canary is worse than main by more than the margin, but not surely. `strict`: a step is held until the requests show that the canary is good. `off`: requests are not counted.',
  },
  {
    name: 'gate-limit',
    description:
      'How long a step may last at most, if it is held: seconds, or `30m`; not shorter than `step-interval`. Default: ten times `step-interval`.',
  },
  {
    name: 'bake',
    description:
      'How long a model is watched after it took over all requests (`direct`, `promote`, `blue-green`): seconds, or `15m`. The previous state is restored if the requests show that the model is worse than the old one. Default: the model is not watched.',
  },
  {
    name: 'prometheus-url',
    description:
      'Prometheus with the metrics of the orchestrators, which counts the requests. Without it the orchestrators are read through the API server (`get pods/proxy`).',
  },
  { name: 'prometheus-token', isOfStep: true, description: 'Bearer token for Prometheus.' },
  {
    name: 'gate-error-margin',
    description: "By how much the canary's share of failed requests may exceed main's. Default: 0.01.",
  },
  {
    name: 'gate-latency-ratio',
    description:
      "A request is slow if it takes longer than main's 95th percentile of the latency times this number, rounded up to a bucket of the histogram. Default: 1.5.",
  },
  {
    name: 'gate-latency',
    description:
      'A request is slow if it takes longer than this many seconds, such as `0.25`, rounded up to a bucket of the histogram. Use instead of `gate-latency-ratio`.',
  },
  {
    name: 'gate-no-data',
    choices: ['fail', 'pass'],
    description:
      'Result of a step in which main or the canary got no requests: `fail` or `pass`. Default: `fail` with `prometheus-url` or `gate: strict`, otherwise `pass`.',
  },
  {
    name: 'gate-queries',
    description:
      'Shares of your own to compare (of a canary in `steps`; `status` names the winner of `ab`): a JSON list of `{"name", "successes", "trials", "margin"}` with PromQL that holds `$predictor`, `$deployment`, `$namespace` and `$window`; see [docs/modes.md](docs/modes.md).',
  },
] as const satisfies readonly InputDefinition[];

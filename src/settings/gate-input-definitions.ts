import type { InputDefinition } from './input-definition.ts';

/** Inputs about what the requests of a canary must show. */
export const GATE_INPUTS = [
  {
    name: 'gate',
    choices: ['auto', 'strict', 'off'],
    default: 'auto',
    description:
      '`auto`: a step of a canary is left when its requests do not speak against it, and the report says what could have been missed; it is held while the canary is worse than main by more than the margin, but not surely. `strict`: a step is held until they show that it is good. `off`: requests are not counted.',
  },
  {
    name: 'gate-limit',
    description: 'How long a step may be held: seconds, or `30m`. Default: ten times `step-interval`.',
  },
  {
    name: 'bake',
    description:
      'How long a model is watched after it took over all requests (`direct`, `promote`, `blue-green`): seconds, or `15m`. It is returned when its requests show that it is worse than the old one was. Default: not at all.',
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
      "How many times main's 95th percentile of the latency the canary's may be, rounded up to a bucket of the histogram. Default: 1.5.",
  },
  {
    name: 'gate-latency',
    description:
      'Seconds that a request may take, such as `0.25`, rounded up to a bucket of the histogram. Instead of `gate-latency-ratio`.',
  },
  {
    name: 'gate-no-data',
    choices: ['fail', 'pass'],
    description:
      'What it means when main or canary got no requests in a step: `fail` or `pass`. Default: `fail` with `prometheus-url` or `gate: strict`, otherwise `pass`.',
  },
  {
    name: 'gate-queries',
    description:
      'Shares of your own to compare (of a canary in `steps`; `status` names the winner of `ab`): a JSON list of `{"name", "successes", "trials", "margin"}` with PromQL that holds `$predictor`, `$deployment`, `$namespace` and `$window`; see [docs/modes.md](docs/modes.md).',
  },
] as const satisfies readonly InputDefinition[];

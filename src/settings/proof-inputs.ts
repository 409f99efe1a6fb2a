import type { InputDefinition } from './input-definition.ts';

/** Inputs about what is done with the manifest, and how the model is proven. */
export const PROOF_INPUTS = [
  {
    name: 'access',
    choices: ['api-server', 'ingress'],
    default: 'api-server',
    description:
      'How the model is reached for the proof: `api-server` (its service proxy, needs no ingress) or `ingress` (`ingress-url` alone).',
  },
  {
    name: 'smoke-request',
    default: 'auto',
    description:
      "The prediction to send: JSON, or the path of a JSON file. `auto`: made from the model's logged input example or signature.",
  },
  {
    name: 'smoke-expect',
    description:
      'What the answer must hold: JSON to be contained in it, or checks such as `$.data.ndarray[0] between 3 and 9`.',
  },
  {
    name: 'smoke-required',
    choices: ['when-possible', 'always'],
    default: 'when-possible',
    description:
      '`when-possible`: a model for which no request is known, or whose server refuses the requests that were made up, is accepted by its health and readiness. `always`: it is not.',
  },
  {
    name: 'dry-run',
    isOfStep: true,
    default: 'false',
    description: '`true`: resolve, render and ask the server, apply nothing.',
  },
  {
    name: 'apply',
    choices: ['true', 'false'],
    default: 'true',
    description:
      '`false`: nothing is applied and no cluster is needed; the manifest is written to `manifest-file`, for Argo CD and Flux. See [docs/gitops.md](docs/gitops.md).',
  },
  {
    name: 'manifest-file',
    description:
      'With `apply: false`: path in the workspace of the file that holds the SeldonDeployment. What it says counts as live, and it is replaced.',
  },
  {
    name: 'on-failure',
    choices: ['rollback', 'keep'],
    default: 'rollback',
    description: '`rollback`: put back what was there before. `keep`: leave the failed rollout to be looked at.',
  },
] as const satisfies readonly InputDefinition[];

import type { InputDefinition } from './input-definition.ts';

/** Inputs about the apply of the manifest and the proof of the model. */
export const PROOF_INPUTS = [
  {
    name: 'access',
    choices: ['api-server', 'ingress'],
    default: 'api-server',
    description:
      'How to reach the model for the proof: `api-server` (through its service proxy, without an ingress) or `ingress` (only through `ingress-url`).',
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
      'Requirements for the answer: JSON that it must contain, or checks such as `$.data.ndarray[0] between 3 and 9`.',
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
    description: '`true`: resolve, render and validate on the server, but apply nothing.',
  },
  {
    name: 'apply',
    choices: ['true', 'false'],
    default: 'true',
    description:
      '`false`: write the manifest to `manifest-file`, for Argo CD and Flux. Nothing is applied and no cluster is needed. See [docs/gitops.md](docs/gitops.md).',
  },
  {
    name: 'manifest-file',
    description:
      'With `apply: false`: path in the workspace of the file with the SeldonDeployment. Its content counts as the live state, and the file is replaced.',
  },
  {
    name: 'on-failure',
    choices: ['rollback', 'keep'],
    default: 'rollback',
    description: '`rollback`: restore the previous state. `keep`: leave the failed rollout as it is, for inspection.',
  },
] as const satisfies readonly InputDefinition[];

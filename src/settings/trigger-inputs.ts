import type { InputDefinition } from './input-definition.ts';

/** Inputs about permissions for comments and other events. */
export const TRIGGER_INPUTS = [
  {
    name: 'config',
    isOfStep: true,
    description:
      'Path of a file of named targets in the repository, such as `.github/seldon.yml`; see [docs/targets.md](docs/targets.md). It is read through the GitHub API, never from a checkout.',
  },
  {
    name: 'config-ref',
    isOfStep: true,
    description:
      'Branch, tag or commit to read `config` from. Default: the base branch of the pull request, else the commit of this run. Not allowed for comments.',
  },
  {
    name: 'targets',
    isOfStep: true,
    description: 'Names of the targets of this workflow, separated by commas. Default: all targets in `config`.',
  },
  {
    name: 'command-prefix',
    isOfStep: true,
    default: '/seldon',
    description: 'First word of a pull request comment that is a command for this action.',
  },
  {
    name: 'allow-commands',
    description: 'Commands that are allowed in comments, one per line or separated by commas. Default: all.',
  },
  {
    name: 'allow-models',
    description:
      'Model URIs that are allowed in a comment or a dispatched event, one pattern per line, `*` for any text. Default: versions and aliases of the registered model in `model-uri`.',
  },
  {
    name: 'allow-names',
    description: 'Values of `name` that are allowed in a comment; patterns. Default: only the value of the input.',
  },
  {
    name: 'allow-namespaces',
    description: 'Values of `namespace` that are allowed in a comment; patterns. Default: only the value of the input.',
  },
  {
    name: 'max-replicas',
    description: 'Maximum number of replicas in a comment. Default: 10, or `replicas` if that is more.',
  },
  {
    name: 'command-roles',
    description:
      'Minimum repository role for a command, one `command=role` per line: `none`, `read`, `triage`, `write`, `maintain`, `admin`. Default: `read` for `plan`, `status` and `help`, `write` for the others.',
  },
  {
    name: 'allow-users',
    description:
      'Logins, and teams as `org/team`, that may use changing commands. Default: all users with the role. For teams, `github-token` needs permission to read the organisation.',
  },
  {
    name: 'allow-forks',
    choices: ['true', 'false'],
    default: 'false',
    description: '`true`: allow changing commands on pull requests from forks.',
  },
  {
    name: 'allow-drafts',
    choices: ['true', 'false'],
    default: 'false',
    description: '`true`: allow changing commands on draft pull requests.',
  },
  {
    name: 'allow-bases',
    description:
      'Base branches, in addition to the default branch, whose pull requests accept commands; patterns. Default: none.',
  },
  {
    name: 'allow-events',
    isOfStep: true,
    description:
      'Further events that may deploy, one per line: `workflow_run`, or with an activity type `workflow_run.completed`. The user who caused the event needs the role of the command `deploy`. Default: only those of the table in [docs/security.md](docs/security.md).',
  },
  {
    name: 'require-review',
    choices: ['true', 'false'],
    default: 'false',
    description:
      '`true`: allow changing commands only on approved pull requests. The base branch must require a review; otherwise GitHub decides nothing.',
  },
  {
    name: 'require-checks',
    choices: ['true', 'false'],
    default: 'false',
    description: '`true`: allow changing commands only if all checks of the newest commit passed.',
  },
  {
    name: 'require-plan',
    choices: ['true', 'false'],
    description:
      '`true`: allow changing commands only with the `plan=…` of a plan that is still valid. Default: `true` for a `production` environment.',
  },
  {
    name: 'plan',
    isOfStep: true,
    description: 'Plan hash from the comment of a plan. The run is refused if the plan has changed since.',
  },
  {
    name: 'public-details',
    isOfStep: true,
    choices: ['none', 'endpoint', 'all'],
    description:
      'Internal details that comments show: `none`; `endpoint`, only where predictions are sent; `all`: also the API server, storage paths, example data, logs of pods and the manifest. The job summary has all. Default: `endpoint` in a public repository, else `all`.',
  },
  {
    name: 'preview',
    choices: ['true', 'false'],
    default: 'false',
    description:
      '`true`: each pull request gets its own SeldonDeployment, `<name>-pr-<number>`. It is deployed when the pull request is opened or updated, and deleted when it is closed. Needs `name`.',
  },
  {
    name: 'preview-age',
    description: 'Mode `sweep` deletes previews whose last deployment is older than this: `14d`, `36h`. Default: 14d.',
  },
  {
    name: 'lock',
    choices: ['true', 'false'],
    default: 'true',
    description:
      '`true`: a Lease allows only one rollout at a time for each SeldonDeployment. `false`: no Lease; use a concurrency group in the workflow.',
  },
  {
    name: 'lock-timeout',
    description: 'How long to wait until another run releases the Lease: seconds, or `15m`. Default: 15m.',
  },
  {
    name: 'lock-reason',
    isOfStep: true,
    description: 'Reason of mode `lock`. Everybody whose change is refused sees it.',
  },
  {
    name: 'lock-expiry',
    isOfStep: true,
    description: 'Time after which the lock ends by itself: `90m`, `2h`, `3d`. Default: it ends when it is unlocked.',
  },
  {
    name: 'take-over',
    description:
      '`true`: change a SeldonDeployment that Argo CD or Flux manages. Without it, such an object is refused; see [docs/gitops.md](docs/gitops.md). Default: `false`.',
  },
  {
    name: 'on-cancel',
    isOfStep: true,
    choices: ['keep', 'rollback'],
    default: 'keep',
    description:
      'What a cancelled run does with its change: `keep` leaves and reports it; `rollback` restores the previous state, also after GitHub has killed the step.',
  },
  {
    name: 'write-back',
    description:
      'Aliases and tags to set in the registry after a model is live and proven, one per line or separated by commas: `alias=champion`, `tag.<name>=<value>`. Default: none.',
  },
  {
    name: 'environment',
    description:
      'Environment name of the GitHub deployment, which has the endpoint as its URL. Needs `deployments: write`. Do not use it together with `environment:` of the job, which creates its own deployment. Default: none.',
  },
  {
    name: 'production',
    choices: ['true', 'false'],
    description: '`true` if it is a production environment. Default: `true` for the name `production`.',
  },
] as const satisfies readonly InputDefinition[];

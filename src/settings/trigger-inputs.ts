import type { InputDefinition } from './input-definition.ts';

/** Inputs about who may ask for what, in comments and by other events. */
export const TRIGGER_INPUTS = [
  {
    name: 'config',
    isOfStep: true,
    description:
      'Path of a file of named targets in the repository, such as `.github/seldon.yml`; see [docs/targets.md](docs/targets.md). It is read by the API, never from a checkout.',
  },
  {
    name: 'config-ref',
    isOfStep: true,
    description:
      'Branch, tag or commit to read `config` from. Default: the base branch of the pull request, else the commit of this run. Not for comments.',
  },
  {
    name: 'targets',
    isOfStep: true,
    description: 'Names of the targets that this workflow is about, separated by commas. Default: all of `config`.',
  },
  {
    name: 'command-prefix',
    isOfStep: true,
    default: '/seldon',
    description: 'What a comment on a pull request begins with when it is meant for this action.',
  },
  {
    name: 'allow-commands',
    description: 'Commands that comments may give, one a line or separated by commas. Default: all.',
  },
  {
    name: 'allow-models',
    description:
      'Model URIs that a comment or a dispatched event may choose, one pattern a line, `*` for anything. Default: versions and aliases of the registered model in `model-uri`.',
  },
  { name: 'allow-names', description: 'Values that a comment may give `name`; patterns. Default: only the input.' },
  {
    name: 'allow-namespaces',
    description: 'Values that a comment may give `namespace`; patterns. Default: only the input.',
  },
  {
    name: 'max-replicas',
    description: 'The most replicas that a comment may ask for. Default: 10, or `replicas` where that is more.',
  },
  {
    name: 'command-roles',
    description:
      'Least role in the repository for a command, one `command=role` a line: `none`, `read`, `triage`, `write`, `maintain`, `admin`. Default: `read` for `plan`, `status` and `help`, `write` for the others.',
  },
  {
    name: 'allow-users',
    description:
      'Logins, and teams as `org/team`, whose comments may change something. Default: everybody with the role. For teams `github-token` must be allowed to read the organisation.',
  },
  {
    name: 'allow-forks',
    choices: ['true', 'false'],
    default: 'false',
    description: '`true` also takes changing commands on pull requests from forks.',
  },
  {
    name: 'allow-drafts',
    choices: ['true', 'false'],
    default: 'false',
    description: '`true` also takes changing commands on drafts.',
  },
  {
    name: 'allow-bases',
    description:
      'Branches other than the default one whose pull requests may be commented on with commands; patterns. Default: none.',
  },
  {
    name: 'allow-events',
    isOfStep: true,
    description:
      'Further events that may deploy, one a line: `workflow_run`, or with an activity type `workflow_run.completed`. Whoever caused one needs the role of the command `deploy`. Default: only those of the table in [docs/security.md](docs/security.md).',
  },
  {
    name: 'require-review',
    choices: ['true', 'false'],
    default: 'false',
    description: '`true` takes changing commands only on pull requests that GitHub calls approved.',
  },
  {
    name: 'require-checks',
    choices: ['true', 'false'],
    default: 'false',
    description: '`true` takes changing commands only when all checks of the newest commit passed.',
  },
  {
    name: 'require-plan',
    choices: ['true', 'false'],
    description:
      '`true` takes changing commands only with the `plan=…` of a plan that still holds. Default: `true` for an environment that is `production`.',
  },
  {
    name: 'plan',
    isOfStep: true,
    description: 'A plan as its comment names it: the run is refused if the outcome would now be another one.',
  },
  {
    name: 'public-details',
    isOfStep: true,
    choices: ['none', 'endpoint', 'all'],
    description:
      'What comments show of the inside: `none`; `endpoint`, only where predictions are sent; `all`: also the API server, storage paths, example data, logs of pods and the manifest. The job summary has all. Default: `endpoint` in a public repository, else `all`.',
  },
  {
    name: 'preview',
    choices: ['true', 'false'],
    default: 'false',
    description:
      '`true`: each pull request gets a SeldonDeployment of its own, `<name>-pr-<number>`, when it is opened or changed, and loses it when it is closed. Needs `name`.',
  },
  {
    name: 'preview-age',
    description:
      'How long mode `sweep` leaves previews alone after they were last shipped: `14d`, `36h`. Default: 14d.',
  },
  {
    name: 'lock',
    choices: ['true', 'false'],
    default: 'true',
    description:
      'One rollout at a time for each SeldonDeployment, by a Lease beside it. `false`: the concurrency group of the workflow sees to that.',
  },
  {
    name: 'lock-timeout',
    description: 'How long to wait for another run on the same SeldonDeployment: seconds, or `15m`. Default: 15m.',
  },
  {
    name: 'lock-reason',
    isOfStep: true,
    description: 'Why mode `lock` refuses changes from now on; shown to everybody who is refused.',
  },
  {
    name: 'lock-expiry',
    isOfStep: true,
    description: 'After how long that lock ends by itself: `90m`, `2h`, `3d`. Default: when somebody unlocks it.',
  },
  {
    name: 'on-cancel',
    isOfStep: true,
    choices: ['keep', 'rollback'],
    default: 'keep',
    description:
      'What a cancelled run does with what it has changed: `keep` leaves and reports it, `rollback` puts back what was there.',
  },
  {
    name: 'write-back',
    description:
      'What to note in the registry once a model is live and proven, one a line or separated by commas: `alias=champion`, `tag.<name>=<value>`. Default: nothing.',
  },
  {
    name: 'environment',
    description:
      "Name under which GitHub's own record of deployments is kept, with the endpoint as its URL. Needs `deployments: write`. Not beside an `environment:` of the job, which has a record already. Default: none.",
  },
  {
    name: 'production',
    choices: ['true', 'false'],
    description: '`true` if that environment is one that users see. Default: `true` for `production`.',
  },
] as const satisfies readonly InputDefinition[];

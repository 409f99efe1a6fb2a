/** What a refusal says beyond its HTTP code, and the cure. */
interface RefusalHint {
  /** Found in `HTTP <code>: <body>`. Quantifiers are bounded. */
  readonly pattern: RegExp;
  readonly hint: string;
}

const HINTS: readonly RefusalHint[] = [
  {
    pattern: /workspaces are not enabled|Workspace APIs are not available/,
    hint: 'unset the environment variable MLFLOW_WORKSPACE, or start the server with `--enable-workspaces`',
  },
  {
    pattern: /workspace is required|X-MLFLOW-WORKSPACE|Workspace '[^'\n]{0,200}' not found/i,
    hint: 'set the environment variable MLFLOW_WORKSPACE to the workspace that has the model',
  },
  {
    pattern: /legacy workspace model registry is disabled/i,
    hint: 'the models are in the Unity Catalog, whose files a cluster cannot read with a fixed secret: copy the model to a storage, and set `model-uri` to its URI there',
  },
  {
    pattern: /unsupported for models in the Unity Catalog/i,
    hint: 'the Unity Catalog has neither stages nor `latest`: name a version or an alias in `model-uri`',
  },
  {
    pattern: /artifacts-only/,
    hint: 'this server has only artifacts: set `mlflow-tracking-uri` to the server that has the runs and models',
  },
  {
    pattern: /invalid access token|token (?:is|has) expired|invalid_token/i,
    hint: 'set `mlflow-token` to a token that is valid',
  },
  {
    pattern: /plain HTTP request was sent to HTTPS port|HTTP request to an HTTPS server/i,
    hint: 'write `mlflow-tracking-uri` with https://',
  },
  {
    pattern: /^HTTP 407:/,
    hint: 'a proxy between the runner and the server wants credentials: exempt the server in NO_PROXY, or correct the proxy',
  },
  {
    pattern: /^HTTP 429:/,
    hint: 'the server, or a proxy before it, limits requests: start the workflow again later, or raise the limit',
  },
  {
    pattern: /^HTTP 50[234]:/,
    hint: 'the server does not answer behind its proxy: check that it runs, and start the workflow again',
  },
];

/** The cure that a refusal names itself; undefined where it names none. */
export function hintIn(status: number, body: string): string | undefined {
  const said = `HTTP ${status}: ${body.slice(0, LOOKED_AT)}`;
  return HINTS.find(({ pattern }) => pattern.test(said))?.hint;
}

/** Characters of a refusal that are looked at. */
const LOOKED_AT = 20_000;

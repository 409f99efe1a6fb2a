import type { Sandbox } from '../../sandbox/sandbox.ts';

const BODY =
  '{"data":{"names":["fixed acidity","volatile acidity","citric acid","residual sugar","chlorides","free sulfur dioxide","total sulfur dioxide","density","pH","sulphates","alcohol"],"ndarray":[[7.0,0.27,0.36,20.7,0.045,45.0,170.0,1.001,3.0,0.45,8.8]]}}';

/** Which version of wine-quality answers so. */
const VERSIONS: Readonly<Record<string, string>> = { '5.507': 'v1', '5.331': 'v2', '5.067': 'v3' };

export interface Load<T> {
  readonly result: T;
  /** Requests by who answered them: `v1`, `v2`, or what else was said. */
  readonly answers: Readonly<Record<string, number>>;
  /** Those that no model answered. */
  readonly failed: readonly string[];
}

const WORKERS = 2;
/** Milliseconds between a worker's requests: the sandbox shares our process. */
const PAUSE = 4;

/** Sends predictions through the gateway all the time while something else happens. */
export async function underLoad<T>(sandbox: Sandbox, work: () => Promise<T>): Promise<Load<T>> {
  const said: string[] = [];
  let done = false;
  const worker = async () => {
    while (!done) {
      said.push(await ask(sandbox));
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  };
  const workers = Array.from({ length: WORKERS }, worker);
  try {
    const result = await work();
    return { result, ...counted(said) };
  } finally {
    done = true;
    await Promise.all(workers);
  }
}

/** Who answers so many requests, one after the other. */
export async function sample(sandbox: Sandbox, requests: number): Promise<Load<undefined>> {
  const said: string[] = [];
  for (let sent = 0; sent < requests; sent++) said.push(await ask(sandbox));
  return { result: undefined, ...counted(said) };
}

async function ask(sandbox: Sandbox): Promise<string> {
  const url = `${sandbox.gateway.url}/seldon/seldon/wine/api/v0.1/predictions`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(url, { method: 'POST', body: BODY, headers });
  const text = await answer.text();
  const value = /\[([\d.]+)\]/.exec(text)?.[1];
  return answer.ok && value !== undefined ? (VERSIONS[value] ?? value) : `HTTP ${answer.status}: ${text.slice(0, 100)}`;
}

function counted(said: readonly string[]): Pick<Load<unknown>, 'answers' | 'failed'> {
  const groups = Map.groupBy(said, (one) => one);
  return {
    answers: Object.fromEntries([...groups].map(([one, all]) => [one, all.length])),
    failed: said.filter((one) => one.startsWith('HTTP')),
  };
}

import { expect, it } from 'vitest';
import type { Target } from './fault.ts';
import { inTurn } from './in-turn.ts';
import { judge } from './judge.ts';
import { storyNamed } from './stories.ts';
import { type PreparedStory, prepare, tryFault } from './trial.ts';

/** Single faults that once made a run say what was not so, or give up what one more look would have told. */

const SELDON = 'seldondeployments/wine';
const PULL_REQUEST = 'GET /repos/acme/wine/commits/SHA/pulls';
const DEPLOYMENTS = 'POST /repos/acme/wine/deployments';
const STATUSES = `${DEPLOYMENTS}/N/statuses`;
const LEASE = 'leases/mlflow-to-seldon.wine';

interface Known {
  readonly sentence: string;
  readonly story: string;
  readonly target: Omit<Target, 'ordinal'> & { readonly ordinal?: number };
  readonly outcome: string;
  /** What the log must say. */
  readonly says?: RegExp;
}

const KNOWN: readonly Known[] = [
  {
    sentence: 'a read of the object that a proxy answers with 404 in the middle of a rollout is asked again',
    story: 'nan',
    target: { peer: 'kubernetes', kind: `GET ${SELDON}`, ordinal: 2, fault: '404' },
    outcome: 'rolled-back',
  },
  {
    sentence: 'an undo whose apply is answered by a page of a proxy is applied again',
    story: 'nan',
    target: { peer: 'kubernetes', kind: `PATCH ${SELDON}`, ordinal: 2, fault: 'page' },
    outcome: 'rolled-back',
  },
  {
    sentence: 'an undo whose apply meets a path that is not there once is applied again',
    story: 'nan',
    target: { peer: 'kubernetes', kind: `PATCH ${SELDON}`, ordinal: 2, fault: '404' },
    outcome: 'rolled-back',
  },
  {
    sentence: 'a promotion whose second apply is forbidden once goes on',
    story: 'promote',
    target: { peer: 'kubernetes', kind: `PATCH ${SELDON}`, ordinal: 2, fault: '403' },
    outcome: 'deployed',
  },
  {
    sentence: 'a removal that a page of a proxy answers is sent again',
    story: 'remove',
    target: { peer: 'kubernetes', kind: `DELETE ${SELDON}`, fault: 'page' },
    outcome: 'removed',
  },
  {
    sentence: 'a page in place of a list of pull requests is not read as one',
    story: 'update',
    target: { peer: 'github', kind: PULL_REQUEST, fault: 'page' },
    outcome: 'deployed',
    says: /GitHub: the answer is not one of GitHub.*retry in/,
  },
  {
    sentence: 'half a role is no unknown role',
    story: 'comment',
    target: { peer: 'github', kind: 'GET /repos/acme/wine/collaborators/maria/permission', fault: 'truncated' },
    outcome: 'deployed',
  },
  {
    sentence: 'a final state that GitHub refuses once is set by the post step, as the run ended',
    story: 'update',
    target: { peer: 'github', kind: STATUSES, ordinal: 2, fault: '403' },
    outcome: 'deployed',
  },
  {
    sentence: 'a deployment whose answer is lost is found, and not made twice',
    story: 'update',
    target: { peer: 'github', kind: DEPLOYMENTS, fault: 'reset-in-answer' },
    outcome: 'deployed',
  },
  {
    sentence: 'one 500 of a health check does not take a good model away, and is reported',
    story: 'update',
    target: { peer: 'model', kind: 'GET services/wine-main-prediction:http/proxy/health/ping', fault: '500' },
    outcome: 'deployed',
    says: /failed once, and worked when it was sent again: HTTP 500/,
  },
  {
    sentence: 'a gateway that is busy once is asked again when it says',
    story: 'first',
    target: { peer: 'ingress', kind: 'POST /seldon/seldon/wine/api/v0.1/predictions', fault: '429' },
    outcome: 'deployed',
    says: /failed once, and worked when it was sent again: HTTP 429/,
  },
  {
    sentence: "a gateway's own 401 to a canary's request is not the refusal of another model",
    story: 'canary',
    target: { peer: 'ingress', kind: 'POST /seldon/seldon/wine/api/v0.1/predictions', fault: '401' },
    outcome: 'deployed',
    says: /failed once, and worked when it was sent again: HTTP 401/,
  },
  {
    sentence: 'a Lease that a page of a proxy grants is not ours until it can be read',
    story: 'update',
    target: { peer: 'kubernetes', kind: 'POST leases', fault: 'page' },
    outcome: 'failed',
  },
  {
    sentence: 'a Lease whose deletion a proxy answers is deleted again',
    story: 'update',
    target: { peer: 'kubernetes', kind: `DELETE ${LEASE}`, fault: 'page' },
    outcome: 'deployed',
  },
  {
    sentence: 'a run whose dry run gets no answer of the API server has changed nothing',
    story: 'update',
    target: { peer: 'kubernetes', kind: `PATCH ${SELDON} (dry run)`, fault: 'page' },
    outcome: 'failed',
  },
  {
    sentence: 'a lock that cannot be read before the first apply leaves nothing in doubt',
    story: 'update',
    target: { peer: 'kubernetes', kind: 'GET leases/mlflow-to-seldon-lock.wine', ordinal: 2, fault: 'garbage' },
    outcome: 'failed',
  },
  {
    sentence: 'a model whose files are withheld once is still proven by a prediction',
    story: 'nan',
    target: { peer: 'mlflow', kind: 'GET /model-versions/get-artifact', fault: '409' },
    outcome: 'rolled-back',
  },
];

const prepared = new Map<string, Promise<PreparedStory>>();

function preparedStory(name: string): Promise<PreparedStory> {
  const known = prepared.get(name) ?? prepare(storyNamed(name));
  prepared.set(name, known);
  return known;
}

for (const { sentence, story, target, outcome, says } of KNOWN)
  it.concurrent(sentence, { timeout: 600_000 }, () =>
    inTurn(async () => {
      const { evidence, hasFired } = await tryFault(await preparedStory(story), { ordinal: 1, ...target });
      const flaws = judge(evidence).map(({ criterion, kind, sentence: what }) => `${criterion} ${kind}: ${what}`);
      expect({ hasFired, outcome: evidence.outcome, flaws }, evidence.log).toEqual({
        hasFired: true,
        outcome,
        flaws: [],
      });
      if (says !== undefined) expect(evidence.log).toMatch(says);
    }),
  );

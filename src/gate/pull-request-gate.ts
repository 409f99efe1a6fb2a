import { UserError } from '../base/errors.ts';
import { InputReader, type RawInputs } from '../settings/input-reader.ts';
import type { InputName } from '../settings/inputs.ts';
import {
  type AdmissionFacts,
  type Answer,
  isEmergency,
  type PullRequestFacts,
  type Refusal,
  type Verdict,
} from './admission.ts';
import { admissionOf } from './admission-rules.ts';
import type { Collaboration } from './collaboration.ts';
import { type Command, inputsOf } from './command.ts';
import { readPolicy } from './policy.ts';
import type { RunInputs } from './run-inputs.ts';

/** Facts from GitHub about one command, read only once for all its targets. */
export interface Gate {
  readonly pullRequest: PullRequestFacts;
  /** @returns why the command is refused for this target; undefined if it is allowed */
  judge(order: Pick<RunInputs, 'raw' | 'given'>, command: Command): Promise<Refusal | undefined>;
}

/** Who asks, and by which pull request. */
export interface GateQuestion {
  readonly author: string;
  /** Who started this run. */
  readonly actor: string;
  /** A number: GitHub is asked. Facts: the event is about no pull request, and they stand for it. */
  readonly pullRequest: number | PullRequestFacts;
}

const UNKNOWN: Verdict = { answer: 'unknown', missing: [] };

export async function openGate(
  repository: Collaboration,
  { author, actor, pullRequest: about }: GateQuestion,
): Promise<Gate> {
  const [role, actorRole, pullRequest] = await Promise.all([
    repository.roleOf(author),
    actor === author ? undefined : repository.roleOf(actor),
    typeof about === 'number' ? repository.pullRequest(about) : about,
  ]);
  const isApproved = once(async () => (typeof about === 'number' ? repository.isApproved(about) : UNKNOWN));
  const checksPass = once(() => repository.checksPass(pullRequest.head));
  return {
    pullRequest,
    async judge({ raw, given }, command) {
      const policy = policyOf(raw);
      const inTeam = async (login: string): Promise<Answer> => {
        const answers = await Promise.all(policy.teams.map((team) => repository.isMember(team, login)));
        return answers.includes('yes') ? 'yes' : 'no';
      };
      const facts: AdmissionFacts = {
        command,
        commenter: { login: author, role, inTeam: await inTeam(author) },
        actor: { login: actor, role: actorRole ?? role, inTeam: await inTeam(actor) },
        pullRequest,
        isApproved: policy.requireReview ? await isApproved() : undefined,
        checksPass: policy.requireChecks ? await checksPass() : undefined,
        given,
        chosen: chosenBy(command, raw),
      };
      return admissionOf(facts, policy);
    },
  };
}

/** What the command chooses. The plan of the step itself need not be repeated. */
function chosenBy(command: Command, raw: RawInputs): ReadonlyMap<InputName, string> {
  const plan = raw.input('plan').trim();
  return new Map([...(plan === '' ? [] : ([['plan', plan]] as const)), ...inputsOf(command)]);
}

/** The same questions as at the beginning. @throws UserError when the answer is another one now */
export async function confirmCommand(
  repository: Collaboration,
  question: GateQuestion & { readonly pullRequest: number; readonly head: string },
  { orders, command }: { readonly orders: readonly RunInputs[]; readonly command: Command },
): Promise<void> {
  const gate = await openGate(repository, question);
  if (!isEmergency(command.verb)) checkHead(gate.pullRequest, question.head);
  for (const order of orders) {
    const refusal = await gate.judge(order, command);
    if (refusal !== undefined) throw withdrawn(refusal);
  }
}

/** @throws UserError head-moved when the pull request is no longer what was admitted */
export function checkHead(now: PullRequestFacts, head: string): void {
  const stands = now.isOpen || now.isInBase === 'yes';
  if (now.head === head && stands) return;
  const what = stands ? 'got a new commit' : 'was closed';
  throw new UserError('head-moved', `the pull request ${what} while this run prepared its change`, {
    hint: 'check the pull request, then write the command again',
  });
}

/** A refusal of what was admitted before. */
export function withdrawn({ reason, sentence, cure }: Refusal): UserError {
  return new UserError(reason, `this is no longer allowed, and nothing was changed: ${sentence}`, { hint: cure });
}

/** @throws UserError bad-input with all that is wrong with it */
export function policyOf(raw: RawInputs): ReturnType<typeof readPolicy> {
  const read = new InputReader(raw);
  const policy = readPolicy(read);
  read.end();
  return policy;
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask();
    return answer;
  };
}

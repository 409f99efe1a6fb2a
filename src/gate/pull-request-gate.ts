import { UserError } from '../base/errors.ts';
import { InputReader, type RawInputs } from '../settings/input-reader.ts';
import type { AdmissionFacts, PullRequestFacts, Refusal } from './admission.ts';
import { admissionOf } from './admission-rules.ts';
import type { Collaboration } from './collaboration.ts';
import { type Command, inputsOf } from './command.ts';
import type { Comment } from './event.ts';
import { readPolicy } from './policy.ts';
import type { RunInputs } from './run-inputs.ts';

/** What GitHub says about one command: asked once, however many targets it is about. */
export interface Gate {
  readonly pullRequest: PullRequestFacts;
  /** @returns why the command may not be carried out there; undefined when it may */
  judge(order: Pick<RunInputs, 'raw' | 'given'>, command: Command): Promise<Refusal | undefined>;
}

export async function openGate(
  repository: Collaboration,
  { author, pullRequest: number }: Comment,
  actor: string,
): Promise<Gate> {
  const [role, actorRole, pullRequest] = await Promise.all([
    repository.roleOf(author),
    actor === author ? undefined : repository.roleOf(actor),
    repository.pullRequest(number),
  ]);
  const isApproved = once(() => repository.isApproved(number));
  const checksPass = once(() => repository.checksPass(pullRequest.head));
  return {
    pullRequest,
    async judge({ raw, given }, command) {
      const policy = policyOf(raw);
      const memberships = await Promise.all(policy.teams.map((team) => repository.isMember(team, author)));
      const facts: AdmissionFacts = {
        command,
        commenter: { login: author, role },
        actor: { login: actor, role: actorRole ?? role },
        pullRequest,
        isApproved: policy.requireReview ? await isApproved() : undefined,
        checksPass: policy.requireChecks ? await checksPass() : undefined,
        inTeam: memberships.includes('yes') ? 'yes' : memberships.length > 0 ? 'no' : undefined,
        given,
        chosen: inputsOf(command),
      };
      return admissionOf(facts, policy);
    },
  };
}

/** @throws UserError head-moved when the pull request is no longer what was admitted */
export async function confirmHead(repository: Collaboration, number: number, head: string): Promise<void> {
  const now = await repository.pullRequest(number);
  if (now.head === head && now.isOpen) return;
  const what = now.isOpen ? 'got a new commit' : 'was closed';
  throw new UserError('head-moved', `the pull request ${what} while this run prepared its change`, {
    hint: 'look at it, and give the command again',
  });
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

import { parseBoundedJson } from '../base/json/bounded-json.ts';
import type { HttpAnswer, HttpExchange } from '../base/ports.ts';
import { blamesRequest } from './answer/blamed-request.ts';
import type { ProofContext } from './proof-context.ts';
import type { Target } from './proof-targets.ts';

/** Milliseconds between the attempts of a request whose answer is a failure. The last one counts. */
const PAUSES_AFTER_FAILURE = [250, 750];

/** The answer that counts, and the one before it if that was a failure. */
export interface Answered {
  readonly answer: HttpAnswer;
  /** A failure that did not happen again, in words; undefined if there was none. */
  readonly passed: string | undefined;
}

/**
 * Repeats the request while the route does not work yet: endpoints and routes are updated shortly after a pod is ready.
 * Another failure is repeated a few times: one error of a gateway, or of a model, is no reason to take a model away.
 * @param isFailure whether an answer of an open route is no answer to the request
 */
export async function sendUntilOpen(
  peers: Pick<ProofContext['peers'], 'clock' | 'runner'>,
  target: Target,
  { exchange, isFailure }: { readonly exchange: HttpExchange; readonly isFailure: (answer: HttpAnswer) => boolean },
): Promise<Answered> {
  const { clock, runner } = peers;
  const end = clock.now() + target.openTimeout;
  let told = false;
  let failures = 0;
  let passed: string | undefined;
  for (let pause = 50; ; pause = Math.min(pause * 2, 2_000)) {
    const answer = await target.endpoint.send(exchange);
    const isClosed = answer.kind === 'unreachable' || target.closedStatus.includes(answer.status);
    if (!isClosed && !isFailure(answer)) return { answer, passed };
    const isBusy = answer.kind === 'answer' && answer.status === 429;
    const next = isClosed || isBusy ? pause : PAUSES_AFTER_FAILURE[failures];
    const wait = next === undefined ? undefined : Math.max(next, retryAfterOf(answer));
    // A model that refuses a request would do so again.
    if (wait === undefined || blamesRequest(answer) || clock.now() + wait > end) return { answer, passed: undefined };
    if (!isClosed && !isBusy) failures++;
    if (!isClosed) passed = describeAnswer(answer);
    if (pause > 1_000 && !told)
      runner.info(
        `the route does not work yet: ${describeAnswer(answer)}; trying again for up to ${target.openTimeout / 1000} s`,
      );
    told ||= pause > 1_000;
    await clock.sleep(wait);
  }
}

/** Whether an answer is an error, or not JSON. */
export function isNoPrediction(answer: HttpAnswer): boolean {
  if (answer.kind === 'unreachable' || answer.status !== 200) return true;
  return answer.isCut !== true && parseBoundedJson(answer.body).kind === 'not-json';
}

function retryAfterOf(answer: HttpAnswer): number {
  return answer.kind === 'answer' ? (answer.retryAfter ?? 0) : 0;
}

/** An answer in one line, for the log. */
export function describeAnswer(answer: HttpAnswer): string {
  if (answer.kind === 'unreachable') return answer.message;
  const body = answer.body.trim().slice(0, 200);
  return `HTTP ${answer.status}, ${Math.round(answer.latency)} ms${body === '' ? '' : `: ${body}`}`;
}

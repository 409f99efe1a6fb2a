import type { HttpAnswer, HttpExchange } from '../base/ports.ts';
import type { ProofContext } from './proof-context.ts';
import type { Target } from './proof-targets.ts';

/** Repeats the request while the route does not work yet: endpoints and routes are updated shortly after a pod is ready. */
export async function sendUntilOpen(
  { clock, runner }: Pick<ProofContext['peers'], 'clock' | 'runner'>,
  target: Target,
  exchange: HttpExchange,
): Promise<HttpAnswer> {
  const end = clock.now() + target.openTimeout;
  let told = false;
  for (let pause = 50; ; pause = Math.min(pause * 2, 2_000)) {
    const answer = await target.endpoint.send(exchange);
    const closed = answer.kind === 'unreachable' || target.closedStatus.includes(answer.status);
    if (!closed || clock.now() + pause > end) return answer;
    if (pause > 1_000 && !told)
      runner.info(
        `the route does not work yet: ${describeAnswer(answer)}; trying again for up to ${target.openTimeout / 1000} s`,
      );
    told ||= pause > 1_000;
    await clock.sleep(pause);
  }
}

/** An answer in one line, for the log. */
export function describeAnswer(answer: HttpAnswer): string {
  if (answer.kind === 'unreachable') return answer.message;
  return `HTTP ${answer.status}, ${Math.round(answer.latency)} ms: ${answer.body.trim().slice(0, 200)}`;
}

import { messageOf } from '../base/errors.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Report } from './report.ts';

export interface Progress {
  /** There is more to tell; it is told when it is time. */
  readonly update: (report: Report) => void;
  /** Nothing is told any more; returns when nothing is under way. */
  end(): Promise<void>;
}

export interface ProgressOptions {
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
  /** Tells where each target of the run stands. */
  readonly write: (reports: readonly [Report, ...Report[]]) => Promise<unknown>;
}

/** Milliseconds between two edits: GitHub counts them, and people read slower. A run that is shorter only tells its end. */
const PAUSE = 10_000;

/** Tells people on the pull request how far a run is, while they wait. A courtesy: a run goes on without it. */
export function startProgressReports({ clock, runner, write }: ProgressOptions): Progress {
  const over = new AbortController();
  const latest = new Map<string | undefined, Report>();
  let hasNews = false;
  let telling: Promise<void> | undefined;
  const tellOnAndOn = async () => {
    for (;;) {
      await clock.sleep(PAUSE, over.signal);
      if (over.signal.aborted) return;
      const [first, ...more] = latest.values();
      if (!hasNews || first === undefined) continue;
      hasNews = false;
      await write([first, ...more]);
    }
  };
  return {
    update(report) {
      latest.set(report.context.target, report);
      hasNews = true;
      telling ??= tellOnAndOn().catch((error: unknown) => {
        runner.info(`how far it is could not be told: ${messageOf(error)}`);
      });
    },
    async end() {
      over.abort();
      await telling;
    },
  };
}

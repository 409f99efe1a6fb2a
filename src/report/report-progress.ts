import { messageOf } from '../base/errors.ts';
import type { Clock, Runner } from '../base/ports.ts';
import type { Report } from './report.ts';

export interface Progress {
  /** Accepts a newer report. It is written at the next interval. */
  readonly update: (report: Report) => void;
  /** Stops the updates. Returns when no write is in progress. */
  end(): Promise<void>;
}

export interface ProgressOptions {
  readonly clock: Clock;
  readonly runner: Pick<Runner, 'info'>;
  /** Writes the state of each target of the run. */
  readonly write: (reports: readonly [Report, ...Report[]]) => Promise<unknown>;
}

/** Milliseconds between two edits, because of GitHub's rate limit. A run that is shorter writes only its end. */
const PAUSE = 10_000;

/** Updates the comment on the pull request while a run is in progress. Best effort: a failure does not stop the run. */
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
        runner.info(`the progress could not be written to the comment: ${messageOf(error)}`);
      });
    },
    async end() {
      over.abort();
      await telling;
    },
  };
}

/** The runner calls this file twice: as the main step, and as the post step after the job. */
import { runner, stateLeft } from './compose.ts';
import { main } from './main.ts';
import { post } from './post.ts';

const isPost = stateLeft('is-post') === 'true';
if (!isPost) runner.saveState('is-post', 'true');

(isPost ? post() : main()).catch((error: unknown) => {
  runner.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});

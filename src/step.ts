/** The main step or the post step. It exports nothing: ncc wraps a file with exports in a function, which Node parses twice. */
import { runner, stateLeft } from './compose.ts';
import { main } from './main.ts';
import { post } from './post.ts';

const isPost = stateLeft('is-post') === 'true';
if (!isPost) runner.saveState('is-post', 'true');

(isPost ? post() : main()).catch((error: unknown) => {
  runner.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});

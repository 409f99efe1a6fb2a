/** The main step or the post step: whatever is thrown ends it as failed. */
import { runner } from './compose.ts';
import { main } from './main.ts';
import { post } from './post.ts';

export async function takeStep(isPost: boolean): Promise<void> {
  if (!isPost) runner.saveState('is-post', 'true');
  try {
    await (isPost ? post() : main());
  } catch (error) {
    runner.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    process.exitCode = 1;
  }
}

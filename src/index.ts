/**
 * The runner calls this file twice: as the main step, and as the post step after the job. What both do is in another file of
 * the bundle, because the post step usually has nothing to do, and reading that file takes longer than Node's own start.
 */
import { leftSomethingOpen } from './record/open-state.ts';

const isPost = process.env['STATE_is-post'] === 'true';
if (!isPost || leftSomethingOpen(process.env)) void import('./step.ts').then(({ takeStep }) => takeStep(isPost));

import { appendFile, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Workspace } from '../ports.ts';

export interface WorkspaceFolders {
  /** GITHUB_WORKSPACE: what the job checked out. */
  readonly root: string;
  /** RUNNER_TEMP: emptied by the runner after the job. */
  readonly temp: string;
  /** GITHUB_STEP_SUMMARY; undefined outside a runner. */
  readonly summary: string | undefined;
}

export class RunnerWorkspace implements Workspace {
  readonly #folders: WorkspaceFolders;

  constructor(folders: WorkspaceFolders) {
    this.#folders = folders;
  }

  async read(path: string, input: string): Promise<string> {
    const { root } = this.#folders;
    const file = await realpath(resolve(root, path)).catch((cause: unknown) => {
      throw new UserError('bad-input', `the file ${path} (input \`${input}\`) is not in the workspace`, {
        hint: 'check the path and its case, relative to the repository; is the repository checked out in an earlier step?',
        cause,
      });
    });
    // A link in a checked-out pull request must not make us read, and then tell, a file of the runner.
    if (relative(await realpath(root), file).startsWith('..')) {
      throw new UserError('bad-input', `the file ${path} (input \`${input}\`) lies outside the workspace`, {
        hint: 'give a path inside the repository',
      });
    }
    return readFile(file, 'utf8');
  }

  async write(name: string, content: string): Promise<string> {
    const folder = join(this.#folders.temp, 'mlflow-to-seldon');
    await mkdir(folder, { recursive: true });
    const file = join(folder, name);
    await writeFile(file, content);
    return file;
  }

  async summarize(markdown: string): Promise<void> {
    if (this.#folders.summary !== undefined) await appendFile(this.#folders.summary, `${markdown}\n`);
  }
}

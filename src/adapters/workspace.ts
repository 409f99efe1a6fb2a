import { appendFile, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
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
    await this.#demandInside(file, path, input);
    return readFile(file, 'utf8');
  }

  async readIfThere(path: string, input: string): Promise<string | undefined> {
    const there = await this.#nearest(path);
    await this.#demandInside(there.folder, path, input);
    return there.rest === '' ? this.read(path, input) : undefined;
  }

  async replace(path: string, input: string, content: string): Promise<void> {
    const { folder, rest } = await this.#nearest(path);
    await this.#demandInside(folder, path, input);
    const file = join(folder, rest);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }

  /** What of a path exists, with its links followed, and what does not. */
  async #nearest(path: string): Promise<{ readonly folder: string; readonly rest: string }> {
    const whole = resolve(this.#folders.root, path);
    for (let there = whole; ; there = dirname(there)) {
      const folder = await realpath(there).catch(() => undefined);
      if (folder !== undefined) return { folder, rest: relative(there, whole) };
    }
  }

  /** A link in a checked-out pull request must not make us read, and then tell, a file of the runner, nor write one. */
  async #demandInside(file: string, path: string, input: string): Promise<void> {
    if (!relative(await realpath(this.#folders.root), file).startsWith('..')) return;
    throw new UserError('bad-input', `the file ${path} (input \`${input}\`) lies outside the workspace`, {
      hint: 'give a path inside the repository',
    });
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

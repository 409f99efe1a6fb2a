import { appendFile, lstat, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import path, { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../base/errors.ts';
import type { Workspace } from '../../base/ports.ts';

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

  async read(path: string, input: string, longest?: number): Promise<string> {
    const { root } = this.#folders;
    const file = await realpath(resolve(root, path)).catch((cause: unknown) => {
      throw new UserError('bad-input', `the file ${path} (input \`${input}\`) is not in the workspace`, {
        hint: 'check the path and its case, relative to the repository; check that an earlier step checks out the repository',
        cause,
      });
    });
    // A symbolic link in a checked-out pull request must not make us read and publish a file of the runner.
    if (isOutside(await realpath(root), file)) throw outside(path, input);
    if (longest !== undefined) refuseLonger(await stat(file), { path, input, longest });
    return readFile(file, 'utf8');
  }

  /** The file that an input names; undefined if it does not exist. @throws UserError bad-input if it is outside. */
  async find(path: string, input: string): Promise<string | undefined> {
    const file = await this.#placeOf(path, input);
    try {
      return await readFile(file, 'utf8');
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return undefined;
      throw unusable(path, { input, cause });
    }
  }

  /** Writes the file that an input names, and creates its folders. @throws UserError bad-input if it is outside. */
  async replace(path: string, input: string, content: string): Promise<void> {
    const file = await this.#placeOf(path, input);
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content);
    } catch (cause) {
      throw unusable(path, { input, cause });
    }
  }

  async #placeOf(path: string, input: string): Promise<string> {
    const { root } = this.#folders;
    const file = await realPlace(resolve(root, path));
    if (file === undefined || isOutside(await realpath(root), file)) throw outside(path, input);
    return file;
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

/** The resolved path, with links followed. Its last parts may be missing. Undefined if a link is broken. */
async function realPlace(path: string): Promise<string | undefined> {
  const found = await realpath(path).catch(() => undefined);
  if (found !== undefined) return found;
  const isThere = await lstat(path).then(
    () => true,
    () => false,
  );
  const folder = isThere ? undefined : await realPlace(dirname(path));
  return folder === undefined ? undefined : join(folder, basename(path));
}

/** On Windows the way from one drive to another is an absolute path. */
export function isOutside(
  root: string,
  file: string,
  paths: Pick<typeof path, 'relative' | 'isAbsolute' | 'sep'> = path,
): boolean {
  const way = paths.relative(root, file);
  return way === '..' || way.startsWith(`..${paths.sep}`) || paths.isAbsolute(way);
}

function outside(path: string, input: string): UserError {
  return new UserError('bad-input', `the file ${path} (input \`${input}\`) is outside the workspace`, {
    hint: 'use a path inside the repository',
  });
}

function refuseLonger(
  found: { readonly size: number; isFile(): boolean },
  { path, input, longest }: { readonly path: string; readonly input: string; readonly longest: number },
): void {
  const where = `${path} (input \`${input}\`)`;
  if (!found.isFile()) throw new UserError('bad-input', `${where} is not a file`, { hint: 'name one file' });
  if (found.size <= longest) return;
  const sizes = `has ${megabytes(found.size)} MB, and at most ${megabytes(longest)} MB are read`;
  throw new UserError('bad-input', `the file ${where} ${sizes}`, { hint: 'keep a sample of its rows' });
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1).replace(/\.0$/, '');
}

function unusable(path: string, { input, cause }: { readonly input: string; readonly cause: unknown }): UserError {
  return new UserError('bad-input', `the file ${path} (input \`${input}\`) cannot be used: ${codeOf(cause)}`, {
    hint: 'check the path, which begins at the root of the workspace, and that a checkout runs before this step',
    cause,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

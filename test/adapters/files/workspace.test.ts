import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RunnerWorkspace } from '../../../src/adapters/files/workspace.ts';

let folder: string;
let workspace: RunnerWorkspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'workspace-'));
  mkdirSync(join(folder, 'root'));
  workspace = new RunnerWorkspace({ root: join(folder, 'root'), temp: folder, summary: undefined });
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('a file that an input names', () => {
  it('is not there, is written with its folders, and is found', async () => {
    expect(await workspace.find('deploy/prod/wine.yaml', 'manifest-file')).toBeUndefined();
    await workspace.replace('deploy/prod/wine.yaml', 'manifest-file', 'a: 1\n');
    expect(await workspace.find('./deploy/prod/wine.yaml', 'manifest-file')).toBe('a: 1\n');
    expect(readFileSync(join(folder, 'root/deploy/prod/wine.yaml'), 'utf8')).toBe('a: 1\n');
  });

  it('is not read where it is longer than its input allows, or no file', async () => {
    writeFileSync(join(folder, 'root/rows.csv'), 'x'.repeat(2_500_000));
    await expect(workspace.read('rows.csv', 'evaluate', 2_500_000)).resolves.toHaveLength(2_500_000);
    await expect(workspace.read('rows.csv', 'evaluate', 2_000_000)).rejects.toMatchObject({
      code: 'bad-input',
      message: 'the file rows.csv (input `evaluate`) has 2.5 MB, and at most 2 MB are read',
      hint: 'keep a sample of its rows',
    });
    mkdirSync(join(folder, 'root/rows'));
    await expect(workspace.read('rows', 'evaluate', 10)).rejects.toMatchObject({
      code: 'bad-input',
      message: 'rows (input `evaluate`) is not a file',
    });
  });

  it('is not read through a link that leads outside', async () => {
    writeFileSync(join(folder, 'secret.csv'), 'a,label');
    symlinkSync(join(folder, 'secret.csv'), join(folder, 'root/rows.csv'));
    await expect(workspace.read('rows.csv', 'evaluate', 100)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringContaining('is outside the workspace'),
    });
  });

  it.each(['../wine.yaml', 'deploy/../../wine.yaml', '/wine.yaml', 'out/wine.yaml', 'nowhere.yaml', 'void/wine.yaml'])(
    'at %s is refused: it lies outside the workspace',
    async (path) => {
      mkdirSync(join(folder, 'elsewhere'));
      symlinkSync(join(folder, 'elsewhere'), join(folder, 'root/out'));
      symlinkSync(join(folder, 'elsewhere/new.yaml'), join(folder, 'root/nowhere.yaml'));
      symlinkSync(join(folder, 'missing'), join(folder, 'root/void'));
      const refusal = { code: 'bad-input', message: expect.stringContaining('is outside the workspace') };
      await expect(workspace.find(path, 'manifest-file')).rejects.toMatchObject(refusal);
      await expect(workspace.replace(path, 'manifest-file', '')).rejects.toMatchObject(refusal);
      expect(existsSync(join(folder, 'elsewhere/new.yaml'))).toBe(false);
      expect(existsSync(join(folder, 'missing'))).toBe(false);
    },
  );

  it('that is a folder, or lies below a file, is told as such', async () => {
    mkdirSync(join(folder, 'root/deploy.yaml'));
    writeFileSync(join(folder, 'root/models'), '');
    const refusal = (cause: string) => ({ code: 'bad-input', message: expect.stringContaining(cause) });
    await expect(workspace.find('deploy.yaml', 'manifest-file')).rejects.toMatchObject(refusal('EISDIR'));
    await expect(workspace.replace('models/wine.yaml', 'manifest-file', '')).rejects.toMatchObject(refusal('EEXIST'));
  });
});

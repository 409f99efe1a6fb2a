import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { redact } from '../../src/base/redaction.ts';
import { codeSpan, inline, logLine, plain, prose } from '../../src/base/untrusted-text.ts';
import { type StorageRules, storageFault, storagePattern } from '../../src/model/storage-rules.ts';
import { COMMENT_LIMIT, commentMarker, renderReport } from '../../src/report/markdown/markdown.ts';
import { renderTargets } from '../../src/report/markdown/targets.ts';
import { publicPart } from '../../src/report/public-details.ts';
import { readAddress } from '../../src/settings/address.ts';
import { cpuTime } from '../support/cpu-time.ts';
import { aReport } from '../support/reports.ts';

/** Attacks by way of texts: of models, pods, registries and people. */

const SECRET = 'wq7/Zr+x"<9&k\'Lm=P2v';

/** All ways in which the same secret can stand in a text. */
const FORMS: Readonly<Record<string, string>> = {
  plain: SECRET,
  'percent, upper case': encodeURIComponent(SECRET),
  'percent, lower case': encodeURIComponent(SECRET).replace(/%../g, (code) => code.toLowerCase()),
  'percent of every byte': [...Buffer.from(SECRET)].map((byte) => `%${byte.toString(16)}`).join(''),
  base64: Buffer.from(SECRET).toString('base64'),
  'base64 for URLs': Buffer.from(SECRET).toString('base64url'),
  'base64 behind Bearer': Buffer.from(`Bearer ${SECRET}`).toString('base64').slice(12),
  'base64 behind a user': Buffer.from(`bob:${SECRET}`).toString('base64').slice(8),
  'base64 behind a longer user': Buffer.from(`robert:${SECRET}`).toString('base64').slice(12),
  hex: Buffer.from(SECRET).toString('hex'),
  JSON: JSON.stringify(SECRET).slice(1, -1),
  'JSON as Go writes it': JSON.stringify(SECRET)
    .slice(1, -1)
    .replace('<', '\\u003c')
    .replace('&', '\\u0026')
    .replace("'", '\\u0027'),
  HTML: SECRET.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;'),
  'NUL between the letters': [...SECRET].join('\u0000'),
  'colours between the letters': [...SECRET].join('\u001b[31m'),
  'characters of no width between the letters': [...SECRET].join('\u200b'),
  'a line break in the middle': `${SECRET.slice(0, 9)}\n${SECRET.slice(9)}`,
  'its beginning, where a text was cut': SECRET.slice(0, 15),
  'its end, where a log was cut': SECRET.slice(5),
};

describe('a known secret', () => {
  it.each(Object.entries(FORMS))('is hidden: %s', (_, form) => {
    const clean = plain(redact(`before ${form} after`, [SECRET])).replace(/[\u200b\n]|\\u200b/g, '');
    expect(clean).toContain('***');
    expect(clean).not.toContain(plain(form).slice(3, 12));
    expect(clean).toMatch(/^before .*after$/);
  });

  it('is hidden in a text of a megabyte within a second, wherever it stands', () => {
    const once = () => {
      const started = cpuTime();
      const text = `${'\u0000'.repeat(500_000)}${SECRET}${'wq7/Zr+'.repeat(70_000)}`;
      expect(redact(text, [SECRET, `${SECRET}other-4711`, 'w'.repeat(2_000)])).not.toContain(SECRET);
      return cpuTime() - started;
    };
    expect(Math.min(once(), once(), once())).toBeLessThan(1_000);
  });
});

describe('a secret that nobody told, in an address', () => {
  it.each([
    'https://bob:hunter2222-x@mlflow.example.com/x',
    'postgres://bob:hunter2222-x@db/x',
    'https://s3.example/x?X-Amz-Credential=hunter2222-x&X-Amz-Date=1',
    'https://s3.example/x?a=1&amp;X-Amz-Signature=hunter2222-x',
    'X-Goog-Signature=hunter2222-x',
    'https://a.blob.core.windows.net/c?sv=1&sig=hunter2222-x&se=1',
    'Authorization: Basic hunter2222-x',
  ])('%s', (text) => {
    expect(redact(text, [])).not.toContain('hunter2222-x');
  });
});

describe('hostile text in Markdown', () => {
  it.each([
    ['an issue by its short form', 'see GH-7', /GH-7/],
    ['a whole commit', `see ${'0123456789'.repeat(4)}`, /[0-9a-f]{40}/],
    ['an image', '![x](https://evil.example/x.png)', /!\[/],
    ['a cell that ends early', 'a | b', /(?<!\\)\|/],
  ])('%s means nothing', (_, text, meaning) => {
    for (const shown of [inline(text), prose(text)]) expect(shown).not.toMatch(meaning);
  });

  it('a version of a registry breaks no table', () => {
    const version = '7 | ![x](https://evil.example/x.png)';
    const { model, previous } = aReport();
    const text = renderReport(
      aReport({ model: model && { ...model, version }, previous: previous && { ...previous, version } }),
      { limit: COMMENT_LIMIT },
    );
    for (const row of text.split('\n').filter((line) => line.startsWith('| ')))
      expect(row.match(/(?<!\\)\|/g)?.length).toBeLessThanOrEqual(4);
    expect(text).not.toContain('![x]');
  });

  it('cuts a code span without opening another one', () => {
    expect(codeSpan('`'.repeat(400), 100)).toMatch(/^`+ `+… `+$/);
  });
});

describe('comments keep to the limits of GitHub', () => {
  const wide = '漢字'.repeat(200_000);

  it('in bytes, whatever the characters', () => {
    const report = aReport({ outcome: 'planned', manifest: wide, warnings: [wide.slice(0, 1_000)] });
    expect(Buffer.byteLength(renderReport(report, { limit: 1_000_000 }))).toBeLessThanOrEqual(1_000_000);
    expect(Buffer.byteLength(renderReport(report, { limit: COMMENT_LIMIT }))).toBeLessThanOrEqual(COMMENT_LIMIT);
  });

  it('with a hundred targets', () => {
    const all = Array.from({ length: 100 }, (_, at) => {
      const report = aReport({ outcome: 'failed', warnings: [wide.slice(0, 1_000)] });
      return { ...report, context: { ...report.context, target: `wine-${at}` } };
    });
    const text = renderTargets(all, undefined, { limit: COMMENT_LIMIT, path: 'x.yml' });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(COMMENT_LIMIT);
    for (const { context } of all) expect(text).toContain(`**${context.target}**`);
  });
});

it('a plan has a comment of its own, and cannot replace what is known to be live', () => {
  const live = aReport();
  expect(commentMarker({ ...live, isPlan: true })).not.toBe(commentMarker(live));
});

describe('a comment in a public repository', () => {
  const report = aReport({
    outcome: 'failed',
    cluster: 'https://10.0.0.1:6443',
    manifest: 'kind: SeldonDeployment',
    findings: [
      {
        reason: 'crash-loop',
        title: 'the pod cannot read s3://inner/secret-path on https://10.0.0.1:6443',
        cure: 'look into s3://inner/secret-path',
        quotes: [{ label: 'log', text: 'line of a log' }],
      },
    ],
  });
  const shown = (details: 'none' | 'endpoint' | 'all', one = report) =>
    renderReport(publicPart(one, details), { limit: COMMENT_LIMIT });

  it('shows neither server, paths, data nor logs, unless it is told to', () => {
    for (const details of ['none', 'endpoint'] as const) {
      const text = shown(details);
      for (const inner of ['10.0.0.1', 's3://', 'line of a log', 'secret-path', 'alcohol', '8.8'])
        expect(text).not.toContain(inner);
    }
    expect(shown('all')).toContain('line of a log');
  });

  it('shows the endpoint with `endpoint`, and not with `none`', () => {
    expect(shown('endpoint', aReport())).toContain('https://models.example.com/');
    expect(shown('none', aReport())).not.toContain('https://models.example.com/');
    expect(shown('none', aReport())).not.toContain('svc.cluster.local');
  });
});

describe('where a registry says that a model lies', () => {
  const rules = { allowStorages: [], artifactsDestination: undefined, storageUriMap: [] };
  const fault = (storageUri: string, more: Partial<StorageRules> = {}) =>
    storageFault({ storageUri, origin: 'registry' }, { ...rules, ...more });

  it.each(['s3://x/secret/../y', 's3://x/%2e%2e/y', 's3://x/a%2Fb', 'pvc://claim/model', 'backup:../etc'])(
    '%s is refused',
    (uri) => {
      expect(fault(uri)).toBeDefined();
    },
  );

  it('must be in the list, where there is one', () => {
    expect(fault('backup:/etc', { allowStorages: ['s3://mlflow/*'] })).toContain('allow-storages');
    expect(fault('s3://mlflow/1', { allowStorages: ['s3://mlflow/*'] })).toBeUndefined();
    expect(fault('s3://mlflow/1')).toBeUndefined();
    expect(fault('pvc://claim/model', { artifactsDestination: 'pvc://claim' })).toBeUndefined();
    expect(fault('pvc://claim-of-others/model', { artifactsDestination: 'pvc://claim' })).toBeDefined();
  });

  it.each([
    'backup:/etc',
    'backup://host/folder',
    'minio://bucket/model',
    's3:bucket/model',
    'S3://bucket/model',
    's3://:bucket/model',
    's3,env_auth=true:bucket/model',
    ':s3,env_auth=true,endpoint=evil.example:bucket/model',
    ':local:/etc',
    'local:/etc/passwd',
    'alias,remote=/etc:x',
    's3:///etc',
  ])('%s names a remote of its own choice: it is refused, unless the workflow names it', (uri) => {
    expect(fault(uri)).toMatch(/remote of the Secret/);
    expect(fault(uri, { allowStorages: [uri] })).toBeUndefined();
    // Whoever may write `model-uri` means it.
    expect(storageFault({ storageUri: uri, origin: 'storage' }, rules)).toBeUndefined();
  });

  it.each([
    's3://bucket/model',
    'gs://bucket.of-ours/model',
    'azureblob:container/model',
    'r2:bucket/m',
    'b2:bucket/m',
  ])('%s is what MLflow itself writes', (uri) => {
    expect(fault(uri)).toBeUndefined();
  });

  it('is allowed by a pattern that does not leave the name before its `*`', () => {
    for (const pattern of ['s3://mlflow*', 's3://mlflow/*', 's3://ml*/1'])
      expect(fault('s3://mlflow-evil/1/x', { allowStorages: [pattern] }), pattern).toBeDefined();
    for (const pattern of ['s3://mlflow/*', 's3://*', '*'])
      expect(fault('s3://mlflow/1/models/m-1/artifacts', { allowStorages: [pattern] }), pattern).toBeUndefined();
  });

  it('is allowed below what the workflow names in another way', () => {
    const map = [{ from: 'file:/srv/', to: 'minio:models/' }];
    expect(fault('minio:models/7', { storageUriMap: map })).toBeUndefined();
    expect(fault('minio:secrets/7', { storageUriMap: map })).toBeDefined();
    expect(fault('nas:/models/7', { artifactsDestination: 'nas:/models' })).toBeUndefined();
    expect([storagePattern('backup:/etc/x'), storagePattern('minio://bucket/a/b')]).toEqual([
      'backup:/*',
      'minio://bucket/*',
    ]);
  });
});

it('a token in place of a kubeconfig is a secret, and a path is none', () => {
  const secretsOf = (kubeconfig: string) =>
    readAddress({ env: {}, input: (name) => (name === 'kubeconfig' ? kubeconfig : '') }).secrets;
  expect(secretsOf('sha256~abcdefghijklmnopqrstuvwxyz')).toContain('sha256~abcdefghijklmnopqrstuvwxyz');
  for (const path of ['./kubeconfig', '/etc/kube/config', '~/.kube/config', 'deploy/kubeconfig', 'cluster.yaml'])
    expect(secretsOf(path)).toEqual([]);
});

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

interface Found {
  readonly where: string;
  readonly pattern: RegExp;
}

/** Every regular expression literal of the product, and those of redaction that are put together. */
function expressionsIn(path: string): readonly Found[] {
  const source = readFileSync(join(SRC, path), 'utf8').replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  const literals = source.matchAll(
    /(?<=[(,=:[!&|?{;>\n]\s{0,40}|return )\/((?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([dgimsuvy]*)(?=[\s.,;)\]}])/g,
  );
  return [...literals].flatMap(([, body = '', flags]) => {
    try {
      return [{ where: `${path}: /${body}/`, pattern: new RegExp(body, flags) }];
    } catch {
      return [];
    }
  });
}

const EXPRESSIONS = globSync('**/*.ts', { cwd: SRC }).flatMap(expressionsIn);

/** Expressions whose text is short by what stands before them, with the most characters that they see. */
const BOUNDED: Readonly<Record<string, number>> = {
  // One command is at most 1,000 characters.
  'gate/command.ts': 1_000,
};

/** Characters that an expression names, and some that it does not. */
function alphabet({ source }: RegExp): readonly string[] {
  const own = [...source.replace(/\\[dwsSWDbB]|\\u....|\\[pPk]\{?[^}]*\}?/g, '')].filter(
    (char) => !'()[]{}?*+^$\\|'.includes(char),
  );
  return [...new Set([...own, 'a', '0', ' ', '\n', '\t', '/', ':', '<', '`', '=', '.', '-', '%', '\u0000'])].slice(
    0,
    40,
  );
}

/** The machine may be busy with something else: what took long is tried once more. */
function slowest(one: Found): number {
  const first = slowestOnce(one);
  return first < 1_000 ? first : Math.min(first, slowestOnce(one));
}

/** Characters of the short text on which all repetitions are tried. */
const SHORT = 20_000;

/** The repetition that takes longest on a short text, then a megabyte of it. */
function slowestOnce({ where, pattern }: Found): number {
  const most = Object.entries(BOUNDED).find(([path]) => where.startsWith(path))?.[1] ?? 1_000_000;
  const chars = alphabet(pattern);
  const words = [pattern.source.replace(/[\\^$()[\]{}?*+|]/g, '').slice(0, 12) || 'a'];
  const units = [...chars, ...chars.slice(0, 4).flatMap((a) => ['/', ' ', ':', 'a'].map((b) => `${a}${b}`)), ...words];
  const took = (unit: string, size: number) => {
    const text = `${chars.slice(0, 2).join('')}${unit.repeat(Math.ceil(Math.min(size, most) / unit.length))}\u{1f377}`;
    const global = new RegExp(pattern.source, pattern.flags.includes('g') ? pattern.flags : `${pattern.flags}g`);
    const started = cpuTime();
    text.replace(global, '');
    return cpuTime() - started;
  };
  const short = units.map((unit) => ({ unit, time: took(unit, SHORT) })).toSorted((a, b) => b.time - a.time);
  // What would stay under a second even if its time grew with the square of the length is not tried at full length.
  const suspects = short.filter(({ time }, at) => at < 2 || time * (most / SHORT) ** 2 > 1_000);
  // What takes so long for little would take minutes for more.
  if ((short[0]?.time ?? 0) > 60) return 1_001;
  return Math.max(...suspects.map(({ unit }) => took(unit, most)));
}

describe('every regular expression', () => {
  it('is found', () => {
    expect(EXPRESSIONS.length).toBeGreaterThan(150);
  });

  it.each(EXPRESSIONS)('$where is done with the worst texts of a megabyte within a second', (one) => {
    expect(slowest(one)).toBeLessThan(1_000);
  });
});

it('a line for the log of 256,000 line breaks is written at once', () => {
  const started = cpuTime();
  logLine('\n'.repeat(256_000));
  expect(cpuTime() - started).toBeLessThan(1_000);
});

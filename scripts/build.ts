/**
 * Builds dist/: esbuild shakes, ncc packs.
 *
 * ncc alone makes 5.6 MB, most of it generated API classes of @kubernetes/client-node that nobody calls. We use that
 * package for credentials only (kubeconfig, exec plugins, OIDC, in-cluster), so its generated clients and its own HTTP
 * stack are left out here; `test/scenarios` run the result. See bench/README.md for what was tried.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';

type Ncc = (
  input: string,
  options: object,
) => Promise<{ code: string; assets: Record<string, { source: Buffer | string }> }>;

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CLIENT = /@kubernetes\/client-node\/dist\//;

/** The toolkit imports undici for its proxies; our requests to GitHub go over adapters/http.ts. */
const withoutUndici: Plugin = {
  name: 'without-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, ({ importer }) =>
      /@actions[\\/](http-client|github)/.test(importer) ? { path: 'undici', namespace: 'inert' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'inert' }, () => ({
      contents:
        'export class ProxyAgent {} export const fetch = () => { throw new Error("undici is not part of this bundle"); };',
      loader: 'js',
    }));
  },
};

/** Stands in for a module that is imported but never called on our way through client-node. */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /gen\/|^undici$|^ws$|isomorphic-ws|socks-proxy-agent/ }, ({ path, importer }) =>
      CLIENT.test(importer.replaceAll('\\', '/')) ? { path, namespace: 'left-out', sideEffects: false } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: `const refuse = () => { throw new Error(${JSON.stringify(`${path} is not part of this bundle`)}); };
        module.exports = new Proxy(function () {}, { get: (_, key) => key === '__esModule' ? true : refuse, construct: refuse, apply: refuse });`,
      loader: 'js',
    }));
  },
};

export async function bundle(out: string): Promise<void> {
  const shaken = join(ROOT, 'build', 'index.cjs');
  const { metafile } = await build({
    entryPoints: [join(ROOT, 'src', 'index.ts')],
    outfile: shaken,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [leaveOut, withoutUndici],
  });
  const ncc = createRequire(import.meta.url)('@vercel/ncc') as Ncc;
  const { code, assets } = await ncc(shaken, { minify: true, quiet: true, cache: false, target: 'es2024' });
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'index.js'), code);
  writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n');
  for (const [name, { source }] of Object.entries(assets))
    if (name !== 'package.json') writeFileSync(join(out, name), source);
  writeFileSync(join(out, 'licenses.txt'), licenses(metafile));
}

/** The licence of every package that has code in the bundle. */
function licenses(metafile: Metafile): string {
  const folders = new Set<string>();
  for (const input of Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs))) {
    const [path, { bytesInOutput }] = input;
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1];
    if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
  }
  return [...folders].sort().map(licenseOf).join('\n\n');
}

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
  const file = readdirSync(join(ROOT, folder)).find((entry) => /^licen[sc]e/i.test(entry));
  const text =
    file === undefined
      ? `(no licence file in the package; its manifest says ${license})`
      : readFileSync(join(ROOT, folder, file), 'utf8');
  return `${name} ${version} (${license})\n${text.replaceAll('\r\n', '\n').trim()}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const out = join(ROOT, 'dist');
  await bundle(out);
  for (const file of readdirSync(out)) {
    process.stdout.write(
      `${dirname(join('dist', file))}/${file} ${Math.round(readFileSync(join(out, file)).length / 1024)} KB\n`,
    );
  }
}

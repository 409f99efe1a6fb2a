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
const LEFT_OUT = /gen\/|^undici$|^ws$|isomorphic-ws|^socks(-proxy-agent)?$|^jsonpath-plus$|^openid-client$|^hpagent$/;
const CLIENT = /@kubernetes\/client-node\/dist\//;

/**
 * What the toolkit imports, and we do not use: its HTTP client, because our requests go over adapters/http, and a method
 * for each endpoint of GitHub, because we name the endpoints ourselves.
 */
const INERT: Readonly<Record<string, string>> = {
  undici: 'export const fetch = () => { throw new Error("undici is not part of this bundle"); };',
  '@actions/http-client': 'export class HttpClient { getAgent() {} getAgentDispatcher() {} }',
  '@actions/http-client/lib/auth': 'export class BearerCredentialHandler {}',
  '@octokit/plugin-rest-endpoint-methods': 'export const restEndpointMethods = () => ({});',
  '@octokit/plugin-paginate-rest': 'export const paginateRest = () => ({});',
};

const inert: Plugin = {
  name: 'inert',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$|^@actions\/http-client|^@octokit\/plugin-/ }, ({ path, importer }) =>
      /@actions[\\/](core|github)/.test(importer) ? { path, namespace: 'inert' } : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'inert' }, ({ path }) => ({ contents: INERT[path] ?? '', loader: 'js' }));
  },
};

/** The file with both steps is read when there is something to do: see src/index.ts. */
const stepApart: Plugin = {
  name: 'step-apart',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/step\.ts$/ }, () => ({ path: './step.js', external: true }));
  },
};

/**
 * Stands in for a module that is imported but never called on our way through client-node: SOCKS proxies and two kinds of
 * `auth-provider` are refused, and the tokens of the third come from adapters/kubernetes/oidc.ts.
 */
const leaveOut: Plugin = {
  name: 'leave-out',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: LEFT_OUT }, ({ path, importer }) =>
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
  const files = [await shake('step', [leaveOut, inert]), await shake('index', [stepApart])];
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const { name, code, assets } of files) {
    writeFileSync(join(out, `${name}.js`), code);
    for (const [asset, { source }] of Object.entries(assets))
      if (asset !== 'package.json') writeFileSync(join(out, asset), source);
  }
  writeFileSync(join(out, 'package.json'), '{ "type": "commonjs" }\n');
  writeFileSync(join(out, 'licenses.txt'), licenses(files.flatMap(({ inputs }) => inputs)));
}

/** One file of the bundle. */
async function shake(name: string, plugins: readonly Plugin[]) {
  const outfile = join(ROOT, 'build', `${name}.cjs`);
  const { metafile } = await build({
    entryPoints: [join(ROOT, 'src', `${name}.ts`)],
    outfile,
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node24',
    // Node's loader of ES modules takes longer to start than `require`.
    supported: { 'dynamic-import': false },
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [...plugins],
  });
  const ncc = createRequire(import.meta.url)('@vercel/ncc') as Ncc;
  const options = { minify: true, quiet: true, cache: false, target: 'es2024', externals: ['./step.js'] };
  const { code, assets } = await ncc(outfile, options);
  return { name, code, assets, inputs: inputsOf(metafile) };
}

function inputsOf({ outputs }: Metafile): readonly string[] {
  const all = Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs));
  return all.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

/** The licence of every package that has code in the bundle. */
function licenses(paths: readonly string[]): string {
  const found = paths.flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  const folders = new Set(found);
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

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A browser without a window, for pictures of pages. */

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** CSS pixels: about the width of a comment on GitHub. */
const WIDTH = 860;
/** Pixels for each CSS pixel: small enough for a README. */
const SCALE = 1;

/** Path of a Chromium on this machine; undefined if there is none. */
export function findBrowser(): string | undefined {
  const given = process.env['CHROME_PATH'];
  if (given !== undefined && given !== '') return given;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
}

/** Takes a picture of the whole page. @returns the size of the file in bytes */
export async function takePicture(browser: string, html: string, file: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'picture-'));
  try {
    const page = join(folder, 'page.html');
    writeFileSync(page, html);
    // The page writes its own height into its title.
    const dom = await run(browser, folder, ['--dump-dom', `--window-size=${WIDTH},200`, `file://${page}`]);
    const height = Number(/<title>(\d+)<\/title>/.exec(dom)?.[1]);
    if (!(height > 0)) throw new Error(`the browser did not say how high the page is: ${dom.slice(0, 200)}`);
    const size = `--window-size=${WIDTH},${height}`;
    await run(browser, folder, [
      size,
      `--force-device-scale-factor=${SCALE}`,
      `--screenshot=${file}`,
      `file://${page}`,
    ]);
    return statSync(file).size;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(browser: string, folder: string, args: readonly string[]): Promise<string> {
  const common = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    `--user-data-dir=${join(folder, 'profile')}`,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(browser, [...common, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    const wrong: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => wrong.push(chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(said.join(''));
      else reject(new Error(`${browser} ended with code ${code}: ${wrong.join('').slice(-500)}`));
    });
  });
}

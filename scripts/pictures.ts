/** Writes docs/pictures/*.png: comments of a real run on the sandbox, as GitHub shows them. `npm run pictures` */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findBrowser, takePicture } from './pictures/browser.ts';
import { LOOKS, type Look, pageOf } from './pictures/page.ts';
import { tellStory } from './pictures/story.ts';

const OUT = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
/** The comments as text. */
const TEXTS = fileURLToPath(new URL('../sandbox/out/pictures/', import.meta.url));

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function draw(browser: string): Promise<void> {
  mkdirSync(OUT, { recursive: true });
  mkdirSync(TEXTS, { recursive: true });
  for (const { name, markdown } of await tellStory()) {
    writeFileSync(`${TEXTS}${name}.md`, `${markdown}\n`);
    for (const look of LOOKS) {
      const file = `${OUT}${pictureName(name, look)}`;
      const bytes = await takePicture(browser, pageOf(markdown, look), file);
      say(`docs/pictures/${pictureName(name, look)}: ${Math.ceil(bytes / 1000)} KB`);
    }
  }
}

function pictureName(name: string, look: Look): string {
  return `${name}-${look}.png`;
}

const browser = findBrowser();
if (browser === undefined) {
  say(
    'No picture was written: there is no Chromium. Install it (Debian: `apt-get install chromium fonts-noto-color-emoji`), or name one in CHROME_PATH.',
  );
} else {
  await draw(browser);
}

import { fileURLToPath } from 'node:url';

export const README = fileURLToPath(new URL('./README.md', import.meta.url));

/** The text with what stands between `<!-- mark -->` and `<!-- /mark -->` replaced. */
export function between(text: string, mark: string, content: string): string {
  const [start, end] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`bench/README.md has no ${start} … ${end}`);
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`;
}

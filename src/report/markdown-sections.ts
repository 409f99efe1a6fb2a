import type { Finding } from '../base/finding.ts';
import { cut, fence, inline, prose } from '../base/untrusted-text.ts';
import type { Report } from './report.ts';

/** A part of the report that can be cut: `longest` is how many characters each block of verbatim text may have. */
export interface Section {
  render(longest: number): string;
}

/** Characters; a title may list the faults of many inputs, a line each. */
const LONGEST_TITLE = 4_000;

/** Each cause: what failed and where, the cure, and the pod's own words. */
export function findingSections({ findings, outcome }: Report): readonly Section[] {
  return findings.map((finding, at) => ({
    render: (longest) => renderFinding(finding, { longest, isFirst: at === 0 && outcome !== 'reported' }),
  }));
}

function renderFinding(
  { title, cure, quotes }: Finding,
  { longest, isFirst }: { longest: number; isFirst: boolean },
): string {
  const [sentence = '', ...rest] = title.slice(0, LONGEST_TITLE).split('\n');
  const lines = rest.map((line) => `> ${prose(line)}`);
  const head = [`> [!${isFirst ? 'CAUTION' : 'NOTE'}]`, `> ${prose(sentence)}`, ...lines].join('\n');
  return [head, ...cureOf(cure, longest), ...quotes.map((quote) => renderQuote(quote, longest))].join('\n\n');
}

/** A cure is one sentence; what follows a blank line is something to paste. */
function cureOf(cure: string | undefined, longest: number): readonly string[] {
  if (cure === undefined) return [];
  const [sentence = '', ...blocks] = cure.split('\n\n', 20);
  const block = blocks.join('\n\n').trim();
  const next = sentence === '' ? [] : [`**Next step:** ${prose(sentence)}`];
  return [...next, ...(block === '' ? [] : [fence(cut(block, longest), 'yaml')])];
}

/** Of a log the end is what tells. */
function renderQuote({ label, text }: Finding['quotes'][number], longest: number): string {
  const shown = text.length <= longest ? text : `…${text.slice(text.length - longest)}`;
  return `<details open><summary>${inline(label, 200)}</summary>\n\n${fence(shown, 'text')}\n\n</details>`;
}

/** A dry run is about the manifest; otherwise it is in the `manifest-path` output. */
export function manifestSection({ manifest, outcome }: Report): readonly Section[] {
  if (manifest === undefined || !['planned', 'rendered'].includes(outcome)) return [];
  return [
    {
      render: (longest) =>
        `<details><summary>Manifest</summary>\n\n${fence(cut(manifest, longest), 'yaml')}\n\n</details>`,
    },
  ];
}

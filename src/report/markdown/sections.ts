import type { Finding } from '../../base/finding.ts';
import { cut, fence, inline, link, prose } from '../../base/untrusted-text.ts';
import type { Report } from '../report.ts';
import { fold } from './fold.ts';

/** A part of the report that can be shortened: `longest` is the maximum length of each block of verbatim text. */
export interface Section {
  render(longest: number): string;
}

/** Characters. A title may list the errors of many inputs, one on each line. */
const LONGEST_TITLE = 4_000;

/** Each cause: what failed and where, and the cure. */
export function findingSections({ findings, outcome, context }: Report): readonly Section[] {
  return findings.map((finding, at) => ({
    render: (longest) =>
      renderFinding(finding, {
        longest,
        isFirst: at === 0 && outcome !== 'reported' && outcome !== 'planned',
        page: finding.reason === 'help' ? undefined : context.troubleshooting,
      }),
  }));
}

function renderFinding(
  finding: Finding,
  { longest, isFirst, page }: { longest: number; isFirst: boolean; page: string | undefined },
): string {
  const { title, cure } = finding;
  const [sentence = '', ...rest] = title.slice(0, LONGEST_TITLE).split('\n');
  const lines = rest.map((line) => `> ${prose(line)}`);
  const head = [`> [!${isFirst ? 'CAUTION' : 'NOTE'}]`, `> ${prose(sentence)}`, ...lines].join('\n');
  const more =
    page === undefined ? [] : [`${link('More about this failure', `${page}#${finding.row ?? finding.reason}`)}`];
  return [head, ...cureOf(cure, longest), ...more].join('\n\n');
}

/** What pods, events and logs say of the causes, in their own words. */
export function quoteSections({ findings }: Report): readonly Section[] {
  return findings.flatMap(({ quotes }) =>
    quotes.map((quote): Section => ({ render: (longest) => renderQuote(quote, longest) })),
  );
}

/** A cure is one sentence. Text after a blank line is something to paste. */
function cureOf(cure: string | undefined, longest: number): readonly string[] {
  if (cure === undefined) return [];
  const [sentence = '', ...blocks] = cure.split('\n\n', 20);
  const block = blocks.join('\n\n').trim();
  const next = sentence === '' ? [] : [`**Next step:** ${prose(sentence)}`];
  return [...next, ...(block === '' ? [] : [fence(cut(block, longest), 'yaml')])];
}

/** The end of a log is the most useful part. */
function renderQuote({ label, text }: Finding['quotes'][number], longest: number): string {
  const shown = text.length <= longest ? text : `…${text.slice(text.length - longest)}`;
  return fold(inline(label, 200), fence(shown, 'text'));
}

/** Shown for a dry run only; otherwise the manifest is in the `manifest-path` output. */
export function manifestSection({ manifest, outcome }: Report): readonly Section[] {
  if (manifest === undefined || !['planned', 'rendered'].includes(outcome)) return [];
  return [
    {
      render: (longest) => fold('Manifest', fence(cut(manifest, longest), 'yaml')),
    },
  ];
}

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { marked } from 'marked';

/** A comment as GitHub shows it: GitHub's Markdown, in GitHub's style. */

export const LOOKS = ['light', 'dark'] as const;
export type Look = (typeof LOOKS)[number];

/** Colours of the frame around a comment: page, border, head of the comment. */
const FRAME: Readonly<Record<Look, readonly [string, string, string]>> = {
  light: ['#ffffff', '#d1d9e0', '#f6f8fa'],
  dark: ['#0d1117', '#3d444d', '#151b23'],
};

/** A page with this comment. */
export function pageOf(markdown: string, look: Look): string {
  const [page, border, head] = FRAME[look];
  const body = withAlerts(marked.parse(markdown, { gfm: true, async: false }));
  return `<!doctype html>
<html><head><meta charset="utf-8"><title></title><style>
${styleOf(look)}
html, body { margin: 0; background: ${page}; }
.comment { margin: 8px; border: 1px solid ${border}; border-radius: 6px; overflow: hidden; }
.author { padding: 8px 16px; background: ${head}; border-bottom: 1px solid ${border}; font-size: 14px; }
.text { padding: 16px; font-size: 14px; }
.text > :first-child { margin-top: 0 !important; }
.text pre, .text pre code { white-space: pre-wrap !important; overflow-wrap: anywhere; }
</style></head><body>
<div class="comment markdown-body"><div class="author"><b>github-actions</b> bot commented</div><div class="text">
${body}
</div></div>
<script>document.title = String(Math.ceil(document.documentElement.getBoundingClientRect().height));</script>
</body></html>`;
}

function styleOf(look: Look): string {
  return readFileSync(fileURLToPath(import.meta.resolve(`github-markdown-css/github-markdown-${look}.css`)), 'utf8');
}

/** GitHub's alerts: `> [!CAUTION]`. */
function withAlerts(html: string): string {
  return html.replace(
    /<blockquote>\n<p>\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\n?([\s\S]*?)<\/blockquote>/g,
    (_, kind: string, rest: string) => {
      const name = kind.toLowerCase();
      const title = `<p class="markdown-alert-title">${kind.charAt(0)}${name.slice(1)}</p>`;
      const text = rest.startsWith('</p>') ? rest.slice(4) : `<p>${rest}`;
      return `<div class="markdown-alert markdown-alert-${name}">${title}${text}</div>`;
    },
  );
}

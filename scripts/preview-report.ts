/** Writes sample comments, to look at: sandbox/out/preview/*.md. `npm run preview` */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMENT_LIMIT, commentMarker, renderReport } from '../src/report/markdown/markdown.ts';
import { sampleReports } from '../test/support/reports.ts';

const OUT = fileURLToPath(new URL('../sandbox/out/preview/', import.meta.url));

mkdirSync(OUT, { recursive: true });
for (const [name, report] of Object.entries(sampleReports)) {
  writeFileSync(
    `${OUT}${name}.md`,
    `${renderReport(report, { limit: COMMENT_LIMIT, marker: commentMarker(report) })}\n`,
  );
  process.stdout.write(`sandbox/out/preview/${name}.md\n`);
}

import { globSync, readFileSync } from 'node:fs';
import { ROOT } from './workflows.ts';

/** A fenced block of a page. */
export interface Block {
  /** Path of the page from the root, and the line on which the block begins. */
  readonly place: string;
  /** The info string: `sh`, `yaml`, … */
  readonly language: string;
  readonly text: string;
}

/** All fenced blocks of the pages that match. */
export function blocksIn(...patterns: readonly string[]): readonly Block[] {
  return patterns.flatMap((pattern) =>
    globSync(pattern, { cwd: ROOT })
      .sort()
      .flatMap((page) => blocksOf(page, readFileSync(`${ROOT}${page}`, 'utf8'))),
  );
}

function blocksOf(page: string, text: string): readonly Block[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: language = '', 2: body = '' }) => {
    const line = text.slice(0, index).split('\n').length;
    return { place: `${page}:${line}`, language, text: body };
  });
}

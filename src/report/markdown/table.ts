/** A table in Markdown; nothing without rows. */
export function table(rows: readonly (readonly string[])[], head = '| | |\n|---|---|'): string {
  return rows.length === 0 ? '' : [head, ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join('\n');
}

/** A part that readers open when they need it. @param summary Markdown without untrusted text, or escaped */
export function fold(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

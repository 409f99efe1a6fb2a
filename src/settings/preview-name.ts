/** SeldonDeployments of pull requests: `<name>-pr-<number>`. */

export function previewName(name: string, pullRequest: number): string {
  return `${name}-pr-${pullRequest}`;
}

/** Is that the name of a preview of something? */
export function isPreviewName(name: string): boolean {
  return /.-pr-\d+$/.test(name);
}

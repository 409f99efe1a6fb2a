/** SeldonDeployments of pull requests: `<name>-pr-<number>`. */

export function previewName(name: string, pullRequest: number): string {
  return `${name}-pr-${pullRequest}`;
}

/** Whether it is the name of a preview. */
export function isPreviewName(name: string): boolean {
  return /.-pr-\d+$/.test(name);
}

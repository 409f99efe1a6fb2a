/** `1.2 %`, `0.001 %`, `0 %`. @param share 1 is all */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

/** `1.2 %`, `0.001 %`, `0 %`. @param share fraction; 1 is 100 % */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

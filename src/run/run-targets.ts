import type { TargetInputs } from '../gate/run-inputs.ts';
import type { Report } from '../report/report.ts';
import { failedNeed } from '../report/several-targets.ts';

export interface TargetRunner<One> {
  run(order: One): Promise<Report>;
  /** @param broken the needed target that failed */
  skip(order: One, broken: Report): Report;
}

/** Starts each target when all targets that it needs have succeeded. @returns reports in the order of `orders` */
export function runTargets<One extends Pick<TargetInputs, 'target' | 'needs'>>(
  orders: readonly One[],
  { run: carry, skip }: TargetRunner<One>,
): Promise<readonly Report[]> {
  const ends = new Map<One, Promise<Report>>();
  const endOf = (order: One): Promise<Report> => {
    const known = ends.get(order);
    if (known !== undefined) return known;
    const needed = orders.filter(({ target }) => target !== undefined && order.needs.includes(target));
    const end = Promise.all(needed.map(endOf)).then((reports) => {
      const broken = failedNeed(reports);
      return broken === undefined ? carry(order) : skip(order, broken);
    });
    ends.set(order, end);
    return end;
  };
  return Promise.all(orders.map(endOf));
}

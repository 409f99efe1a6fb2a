import type { Place } from '../gate/order.ts';
import type { Report } from '../report/report.ts';
import { brokenNeed } from '../report/several.ts';

export interface Carrier<One> {
  carry(order: One): Promise<Report>;
  /** @param broken the one that it needs and that is not well */
  skip(order: One, broken: Report): Report;
}

/** Each as soon as all it needs is well, the others at once. @returns reports in the order of `orders` */
export function carryOrders<One extends Pick<Place, 'target' | 'needs'>>(
  orders: readonly One[],
  { carry, skip }: Carrier<One>,
): Promise<readonly Report[]> {
  const ends = new Map<One, Promise<Report>>();
  const endOf = (order: One): Promise<Report> => {
    const known = ends.get(order);
    if (known !== undefined) return known;
    const needed = orders.filter(({ target }) => target !== undefined && order.needs.includes(target));
    const end = Promise.all(needed.map(endOf)).then((reports) => {
      const broken = brokenNeed(reports);
      return broken === undefined ? carry(order) : skip(order, broken);
    });
    ends.set(order, end);
    return end;
  };
  return Promise.all(orders.map(endOf));
}

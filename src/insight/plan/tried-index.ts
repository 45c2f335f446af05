/** Remark on an index that hypopg has planned with, without making it. */

import { formatCountGrouped, type Remark } from './plan.js';

/** The remark with what the plan is with its index, in the place of the guess. */
export function triedIndexRemark(remark: Remark, before: string[], after: string[]): Remark {
  const { index, text } = remark;
  if (index === undefined) return remark;
  const own = text.replace(` A guess: ${index};`, '');
  const [now, then] = [costOf(before), costOf(after)];
  // hypopg calls it <13556>btree_orders_user_id.
  const scan = after.find((line) => /(?:using|on) "?<\d+>/.test(line));
  if (scan === undefined || now === undefined || then === undefined)
    return {
      kind: remark.kind,
      ...(remark.table !== undefined && { table: remark.table }),
      text: `${own} Tried with hypopg: the plan does not take ${index}.`,
    };
  const how = /(?:Bitmap )?Index (?:Only )?Scan/.exec(scan)?.[0] ?? 'it';
  return {
    ...remark,
    text: `${own} Tried with hypopg: ${index}; gives the plan ${how}, of a cost of ${formatCost(then)} instead of ${formatCost(now)}.`,
  };
}

/** Total cost in the first line of a plan. */
function costOf([first = '']: string[]): number | undefined {
  const cost = /\(cost=[\d.]+\.\.([\d.]+) /.exec(first)?.[1];
  return cost === undefined ? undefined : Number(cost);
}

function formatCost(cost: number): string {
  return cost < 10 ? cost.toFixed(1) : formatCountGrouped(cost);
}

/** A profile as text: the functions that took most, the app's own first to be seen. */

import type { Profile } from '../../domain/profile.js';
import { formatCount } from '../../domain/text.js';
import { functionTotals, hotLinesOf, sortFunctions } from '../../insight/profile/functions.js';
import { weightsOf } from '../../insight/profile/weights.js';
import { profileRemarks, weightText } from '../../screens/profile-text.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';

const COLUMNS: Column[] = [
  { head: 'self', align: 'right' },
  { head: 'total', align: 'right' },
  { head: 'function', minWidth: 16 },
  { head: 'hottest line' },
];
const MAX_ROWS = 10;

/** Lines of the table, and what is to be said of the profile. */
export function profileLines(profile: Profile, format: OutputFormat): string[] {
  const { style } = format;
  const text = (weight: number) => weightText(profile, weight);
  const rows = sortFunctions(
    functionTotals(profile).filter(({ self }) => self > 0),
    { by: 'self', ownFirst: false },
  );
  const { whole } = weightsOf(profile);
  const head = `${text(whole)} ${profile.kind === 'cpu' ? 'of CPU' : 'allocated'} in ${formatCount(profile.samples.length, 'sample')}${profile.runs > 1 ? ` of ${profile.runs} runs` : ''}`;
  if (rows.length === 0) return [head, ...profileRemarks(profile).map((remark) => style('dim', remark))];
  const cells = rows.slice(0, MAX_ROWS).map(({ index, function: fn, self, total }): Cell[] => {
    const line = hotLinesOf(profile, index)[0]?.line ?? fn.line;
    return [
      [text(self)],
      [text(total), 'dim'],
      [cleanText(fn.name || '(anonymous)'), fn.origin === 'own' ? 'bold' : 'dim'],
      [fn.file === '' ? '' : cleanText(`${fn.file}:${line}`), fn.origin === 'own' ? 'accent' : 'dim'],
    ];
  });
  return [
    head,
    ...tableLines(COLUMNS, cells, format),
    ...(rows.length > MAX_ROWS ? [style('dim', `… ${rows.length - MAX_ROWS} more functions`)] : []),
    ...profileRemarks(profile).map((remark) => style('dim', remark)),
  ];
}

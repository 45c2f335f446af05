/** Texts of an empty list and of a screen that is too small. */

import { TICKS_FILTER, unlistedText } from '../../domain/routine.js';
import type { FeedStatus, ListStats } from '../../feed/feed.js';
import { formatClock } from '../../terminal/age.js';
import { cleanText, type Line, type Segment } from '../../terminal/cells.js';
import type { State } from '../state/state.js';

/** Text of a screen below MIN_SIZE. */
export function tooSmallLines(columns: number, rows: number): Line[] {
  return [[`scooby needs 60x15,`], [`this is ${columns}x${rows}`], [['q quits', 'dim']]].slice(
    0,
    rows,
  ) as Line[];
}

/** Text of a list without rows. */
export function emptyLines(state: State, status: FeedStatus, stats: ListStats | undefined): Line[] {
  const { total, routine: unlisted = 0 } = stats ?? { total: 0 };
  const ticks: Line[] =
    unlisted > 0
      ? [[], [`  ${unlistedText(unlisted)}:  `, ['/', 'key'], ' ', [TICKS_FILTER, 'accent'], '  lists them']]
      : [];
  if (state.list.filter !== '' || state.list.view !== 'all' || state.list.onlyMarked) {
    const what = state.list.filter !== '' ? `match "${cleanText(state.list.filter)}"` : 'are of this view';
    return [[], [`  0 of ${total.toLocaleString('en-US')} ${what}   `, ['esc', 'key'], ' clears'], ...ticks];
  }
  const { since } = state.list;
  if (since !== undefined)
    return [
      [],
      [
        `  nothing has come since ${formatClock(since)}   `,
        ['esc', 'key'],
        ` lists all ${total.toLocaleString('en-US')} again`,
      ],
      ...ticks,
    ];
  const lines: Line[] = [[]];
  if (status.live) {
    const { url } = status;
    const what = status.starting ? 'waiting for the app to listen' : 'waiting for requests';
    lines.push([`  ${what} …`]);
    if (url)
      lines.push([], ['  open  ', [url, 'accent'], '  in your browser, or  ', [`curl ${url}/`, 'accent']]);
  } else {
    lines.push(['  no requests are stored for this folder yet'], []);
    lines.push(['  start your app with  ', ['scooby run -- node app.js', 'accent']]);
  }
  lines.push(...ticks);
  const libraries = status.libraries ?? [];
  if (libraries.length > 0) {
    const names = libraries.map(
      ({ name, version, trouble }): Segment =>
        trouble ? [`${name} ${version}: ${cleanText(trouble)}`, 'warn'] : [`${name} ${version} ✓`, 'ok'],
    );
    lines.push(
      [],
      ['  seen  ', ...names.flatMap((name, index): Segment[] => (index > 0 ? ['  ', name] : [name]))],
    );
  }
  return lines;
}

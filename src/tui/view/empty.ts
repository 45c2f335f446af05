/** What is shown where there is nothing to show. */

import type { FeedStatus } from '../../feed/feed.js';
import { cleanText, type Line, type Segment } from '../../terminal/cells.js';
import type { State } from '../state/state.js';

/** Answers what a screen says that is too small for anything else. */
export function tooSmallLines(columns: number, rows: number): Line[] {
  return [[`scooby needs 60x15,`], [`this is ${columns}x${rows}`], [['q quits', 'dim']]].slice(
    0,
    rows,
  ) as Line[];
}

/** Answers what the list says when it has no rows. */
export function emptyLines(state: State, status: FeedStatus, total: number): Line[] {
  if (state.list.filter !== '' || state.list.view !== 'all' || state.list.onlyMarked) {
    const what = state.list.filter !== '' ? `match "${cleanText(state.list.filter)}"` : 'are of this view';
    return [[], [`  0 of ${total.toLocaleString('en-US')} ${what}   `, ['esc', 'key'], ' clears']];
  }
  const out: Line[] = [[]];
  if (status.live) {
    const { url } = status;
    const what = status.starting ? 'waiting for the app to listen' : 'waiting for requests';
    out.push([`  ${what} …`]);
    if (url)
      out.push([], ['  open  ', [url, 'accent'], '  in your browser, or  ', [`curl ${url}/`, 'accent']]);
  } else {
    out.push(['  no requests are stored for this folder yet'], []);
    out.push(['  start your app with  ', ['scooby run -- node app.js', 'accent']]);
  }
  const libraries = status.libraries ?? [];
  if (libraries.length > 0) {
    const list = libraries.map(
      ({ name, version, trouble }): Segment =>
        trouble ? [`${name} ${version}: ${cleanText(trouble)}`, 'warn'] : [`${name} ${version} ✓`, 'ok'],
    );
    out.push(
      [],
      ['  seen  ', ...list.flatMap((piece, index): Segment[] => (index > 0 ? ['  ', piece] : [piece]))],
    );
  }
  return out;
}

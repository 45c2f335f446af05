/** Prints requests as plain lines, for pipes, CI, simple terminals and screen readers. */

import { formatCount, formatMs } from '../domain/text.js';
import { type Summary, timeOf } from '../domain/trace.js';
import type { Feed } from '../feed/feed.js';
import { cleanText } from '../terminal/cells.js';
import { badgesOf } from './view/badges.js';

/** Stored requests that are printed first. */
const MAX_STORED_LINES = 50;

function plainLine(row: Summary): string {
  const time = new Date(row.start).toISOString().slice(11, 19);
  const duration = row.duration === undefined ? row.state : formatMs(row.duration);
  const calls = Object.entries(row.totals).map(
    ([kind, total]) => `${cleanText(kind)} ${total.count} ${formatMs(timeOf(total))}`,
  );
  const badges = badgesOf(row).map((badge) => badge.text);
  const parts = [
    time,
    cleanText(row.method),
    cleanText(row.url),
    row.status ?? '-',
    duration,
    ...calls,
    ...badges,
    row.id.slice(0, 8),
  ];
  return parts.join('  ');
}

/** Prints the newest requests; with a live app, then each finished one until `ended` resolves. */
export async function printPlain(
  feed: Feed,
  write: (line: string) => void,
  ended: Promise<void>,
): Promise<void> {
  const printed = new Set<string>();
  const print = async () => {
    const rows = await feed.page({ query: [] }, { by: 'time', reverse: false }, 0, MAX_STORED_LINES);
    for (const row of rows.toReversed()) {
      if (row.state === 'open' || printed.has(row.id)) continue;
      printed.add(row.id);
      write(plainLine(row));
    }
  };
  await print();
  if (printed.size === 0) write('no requests are stored yet');
  if (!feed.status().live) {
    write(`${formatCount(await feed.count({ query: [] }), 'request')} stored`);
    return;
  }
  let printing = Promise.resolve();
  const stop = feed.subscribe(() => {
    printing = printing.then(print);
  });
  await ended;
  stop();
  await printing;
}

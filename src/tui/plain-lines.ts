/** Prints requests as plain lines, for pipes, CI, simple terminals and screen readers. */

import { LISTED_QUERY, TICKS_FILTER, unlistedText } from '../domain/routine.js';
import { formatCount, formatMs, readableUrl } from '../domain/text.js';
import { type Summary, timeOf } from '../domain/trace.js';
import type { Feed } from '../feed/feed.js';
import { badgesOf } from '../screens/badges.js';
import { formatStamp } from '../terminal/age.js';
import { cleanText } from '../terminal/cells.js';

/** Stored requests that are printed first, and requests that are read at once. */
const PAGE_ROWS = 50;
/** Ids of printed requests that are kept; more than finish between two changes of the feed. */
const MAX_REMEMBERED = 20_000;

function plainLine(row: Summary): string {
  // The day and the zone as well: lines end up in files.
  const time = formatStamp(row.start);
  const duration = row.duration === undefined ? row.state : formatMs(row.duration);
  const calls = Object.entries(row.totals).map(
    ([kind, total]) => `${cleanText(kind)} ${total.count} ${formatMs(timeOf(total))}`,
  );
  const badges = badgesOf(row).map((badge) => badge.text);
  const parts = [
    time,
    cleanText(row.method),
    cleanText(readableUrl(row.url)),
    row.status ?? '-',
    duration,
    ...calls,
    ...badges,
    row.id.slice(0, 8),
  ];
  return parts.join('  ');
}

/** Prints finished requests once each, oldest first. */
class PlainPrinter {
  readonly #feed: Feed;
  readonly #write: (line: string) => void;
  readonly #printed = new Set<string>();
  /** Start of the oldest request of the first page (epoch ms): earlier ones are no news. */
  #floor: number | undefined;

  constructor(feed: Feed, write: (line: string) => void) {
    this.#feed = feed;
    this.#write = write;
  }

  get hasPrinted(): boolean {
    return this.#printed.size > 0;
  }

  /** Prints what has finished since the last call; the first call prints one page. */
  async print(): Promise<void> {
    const news: Summary[] = [];
    for (let offset = 0; ; offset += PAGE_ROWS) {
      const rows = await this.#feed.page(
        { query: LISTED_QUERY },
        { by: 'time', reverse: false },
        offset,
        PAGE_ROWS,
      );
      const isFirst = this.#floor === undefined;
      if (isFirst) this.#floor = rows.length < PAGE_ROWS ? 0 : rows.at(-1)!.start;
      const floor = this.#floor ?? 0;
      const fresh = rows.filter(
        ({ id, state, start }) => state !== 'open' && start >= floor && !this.#printed.has(id),
      );
      for (const { id } of fresh) this.#printed.add(id);
      news.push(...fresh);
      if (isFirst || fresh.length === 0 || rows.length < PAGE_ROWS) break;
    }
    for (const row of news.reverse()) this.#write(plainLine(row));
    for (const id of this.#printed) {
      if (this.#printed.size <= MAX_REMEMBERED) break;
      this.#printed.delete(id);
    }
  }
}

/** Prints the newest requests; with a live app, then each finished one until `ended` resolves. */
export async function printPlain(
  feed: Feed,
  write: (line: string) => void,
  ended: Promise<void>,
): Promise<void> {
  const printer = new PlainPrinter(feed, write);
  await printer.print();
  if (!printer.hasPrinted) write('no requests are stored yet');
  await Promise.race([feed.connected?.(), ended]);
  if (!feed.status().live) {
    write(`${formatCount(await feed.count({ query: LISTED_QUERY }), 'request')} stored`);
    const { routine = 0 } = await feed.stats();
    if (routine > 0) write(`${unlistedText(routine)}; see them with: scooby list ${TICKS_FILTER}`);
    return;
  }
  let printing = printer.print();
  const stop = feed.subscribe(() => {
    printing = printing.then(() => printer.print());
  });
  await ended;
  stop();
  await printing;
}

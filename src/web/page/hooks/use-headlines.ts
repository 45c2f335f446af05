/** Headlines of the rows on the screen: which line ran fifty queries. */

import { useEffect, useReducer, useRef } from 'react';
import type { Summary } from '../../../domain/trace.js';
import type { Feed } from '../../../feed/feed.js';
import { type Headline, headlineOf } from '../../../insight/headline.js';

const MAX_HEADLINES = 2000;
/** Requests that are asked for at once: more than a screen has. */
const MAX_ASKED = 100;

/** A headline by request; undefined where it has none, or is not known yet. */
export function useHeadlines(
  feed: Feed,
  rows: readonly (Summary | undefined)[],
): (row: Summary) => Headline | undefined {
  const known = useRef(new Map<string, Headline | undefined>());
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const wanted = rows.flatMap((row) =>
    row && hasHeadline(row) && !known.current.has(keyOf(row)) ? [row] : [],
  );
  const key = wanted.map(keyOf).join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key names the rows
  useEffect(() => {
    if (wanted.length === 0) return;
    for (const row of wanted) known.current.set(keyOf(row), undefined);
    readHeadlines(feed, wanted).then(
      (read) => {
        for (const row of wanted) known.current.set(keyOf(row), read[row.id]);
        while (known.current.size > MAX_HEADLINES) known.current.delete(known.current.keys().next().value!);
        redraw();
      },
      () => {
        for (const row of wanted) known.current.delete(keyOf(row));
      },
    );
  }, [feed, key]);
  return (row) => known.current.get(keyOf(row));
}

function hasHeadline({ findings, state }: Summary): boolean {
  return findings.length > 0 || state === 'failed';
}

/** A request that got a finding, or another call, is asked for again. */
function keyOf({ id, spans, findings }: Summary): string {
  return `${id}/${spans}/${findings.length}`;
}

async function readHeadlines(feed: Feed, rows: Summary[]): Promise<Record<string, Headline | undefined>> {
  if (feed.headlines) return feed.headlines(rows.slice(0, MAX_ASKED).map(({ id }) => id));
  const traces = await Promise.all(rows.map(({ id }) => feed.find(id)));
  return Object.fromEntries(rows.map(({ id }, n) => [id, traces[n] && headlineOf(traces[n])]));
}

/** Tool `statements`: what costs most over all requests, as `scooby top` prints it. */

import { z } from 'zod';
import { intersectQueries } from '../../../domain/filter.js';
import { formatCount } from '../../../domain/text.js';
import { totalsByTable } from '../../../insight/metrics/by-table.js';
import type { Aggregate, Selection, StoreReader } from '../../../store/store.js';
import { TOP_BY, topLines } from '../../commands/top.js';
import { byTableLines } from '../../print/by-table.js';
import { shortIds } from '../../select/request.js';
import { withStore } from '../../select/store-options.js';
import type { ToolAnswer } from '../answer.js';
import { toolFormat } from '../reading.js';
import { safeFinding } from '../safe-trace.js';
import { SINCE_INPUT, sinceQuery, toolQuery } from '../since.js';
import { defineTool, PAGE_INPUT, PAGE_OUTPUT } from '../tool.js';

const MAX_ROWS = 200;
const MAX_FACTS = 10;

export const statementsTool = defineTool({
  name: 'statements',
  title: 'What costs most',
  description:
    'What costs most over all recorded requests: total ms, share of their time, count, p50, p95, line, worst request. by: statement (default), table, site (the line of code), route, finding, time (SQL, CPU, waits, …).',
  input: {
    by: z.enum(TOP_BY).optional(),
    query: z.string().max(1000).optional().describe('only requests that match this filter: path:/orders'),
    since: SINCE_INPUT,
    limit: z.number().int().min(1).max(MAX_ROWS).optional().describe('default 10'),
    ...PAGE_INPUT,
  },
  output: {
    rows: z.array(
      z.object({ ms: z.number(), count: z.number(), site: z.string().optional(), worst: z.string() }),
    ),
    ...PAGE_OUTPUT,
  },
  run: ({ by = 'statement', query = '', since, limit = 10 }, { place }) =>
    withStore(place, async (store) => {
      const selection = { query: intersectQueries(toolQuery(query), sinceQuery(since)) };
      if (by === 'table') return tablesAnswer(store, selection, { by, query, since, limit });
      const total = (await store.aggregates('request', selection))[0]?.ms ?? 0;
      const all = await store.aggregates(by, selection);
      const rows = all.slice(0, limit).map((row): Aggregate => ({ ...row, text: safeText(row) }));
      const share = ({ covered }: Aggregate) => (total > 0 ? Math.min(1, covered / total) : 0);
      const short = await shortIds(
        store,
        rows.map(({ worst }) => worst.id),
      );
      const [head = '', ...lines] = rows.length > 0 ? topLines(by, rows, share, short, toolFormat()) : [];
      const more = all.length - rows.length;
      return {
        title: rows.length === 0 ? 'No stored request matches.' : `The costliest by ${by}:`,
        head: head === '' ? [] : [head],
        lines,
        advice:
          more > 0 ? [`${formatCount(more, 'other row is', 'other rows are')} not listed: raise limit.`] : [],
        again: { by, ...(query !== '' && { query }), ...(since !== undefined && { since }), limit },
        facts: {
          rows: rows.slice(0, MAX_FACTS).map(({ ms, count, site, worst }) => ({
            ...{ ms, count, worst: short(worst.id) },
            ...(site !== undefined && { site }),
          })),
        },
      };
    }),
});

async function tablesAnswer(
  store: StoreReader,
  selection: Selection,
  again: { limit: number } & Record<string, unknown>,
): Promise<ToolAnswer> {
  const tables = totalsByTable(await store.aggregates('statement', selection));
  const rows = tables.slice(0, again.limit);
  const worst = rows.map((row) => row.worst.id);
  const short = await shortIds(store, worst);
  const [head = '', ...lines] = rows.length > 0 ? byTableLines(rows, short, toolFormat()) : [];
  return {
    title: rows.length === 0 ? 'No stored request matches.' : 'SQL by table:',
    head: head === '' ? [] : [head],
    lines,
    again,
    facts: {
      rows: rows.slice(0, MAX_FACTS).map(({ ms, count, costliest, worst }) => ({
        ...{ ms, count, worst: short(worst.id) },
        ...(costliest.site !== undefined && { site: costliest.site }),
      })),
    },
  };
}

function safeText({ kind, text }: Aggregate): string {
  return safeFinding({ kind, message: text }).message;
}

/** Tool `requests`: the newest requests, as `scooby list` prints them. */

import { z } from 'zod';
import { listedQuery } from '../../../domain/routine.js';
import { formatCount } from '../../../domain/text.js';
import { listLines } from '../../commands/list.js';
import { lossSentences } from '../../print/losses.js';
import { shortIds } from '../../select/request.js';
import { withStore } from '../../select/store-options.js';
import { toolFormat } from '../reading.js';
import { safeSummary } from '../safe-trace.js';
import { toolQuery } from '../since.js';
import { defineTool, PAGE_INPUT, PAGE_OUTPUT } from '../tool.js';

const MAX_ROWS = 200;
const MAX_FACTS = 20;

export const requestsTool = defineTool({
  name: 'requests',
  title: 'Recorded requests',
  description:
    'The newest recorded requests: method, path, status, time, queries, findings, id. The query narrows them: n1, slow, status>=500, path:/orders, slower:200ms, queries>20, sql:users, since:10m; words in a row must all match, "or" and ! are known.',
  input: {
    query: z.string().max(1000).optional().describe('filter; nothing: all'),
    limit: z.number().int().min(1).max(MAX_ROWS).optional().describe('default 20'),
    before: z.number().optional().describe('only those that began before this instant (epoch ms)'),
    ...PAGE_INPUT,
  },
  output: { requests: z.array(z.string()), ...PAGE_OUTPUT },
  run: ({ query = '', limit = 20, before }, { place }) =>
    withStore(place, async (store) => {
      const selection = { query: listedQuery(toolQuery(query)), ...(before !== undefined && { before }) };
      const found = await store.recent(selection, limit + 1);
      const rows = found.slice(0, limit).map(safeSummary);
      const short = await shortIds(
        store,
        rows.map(({ id }) => id),
      );
      const [head = '', ...lines] = rows.length > 0 ? listLines(rows, short, toolFormat()) : [];
      const narrowed = { ...(query !== '' && { query }), limit };
      const older = { ...narrowed, before: rows.at(-1)?.start };
      return {
        title:
          rows.length === 0
            ? 'No stored request matches.'
            : `${formatCount(rows.length, 'request')}, newest first:`,
        head: head === '' ? [] : [head],
        lines,
        advice: [
          ...(await lossSentences(store)),
          ...(found.length > limit ? [`Older ones: requests ${JSON.stringify(older)}.`] : []),
        ],
        // What comes meanwhile does not move the rows.
        again: { ...narrowed, before: rows[0] && rows[0].start + 0.001 },
        facts: { requests: rows.slice(0, MAX_FACTS).map(({ id }) => short(id)) },
      };
    }),
});

/** Tool `request`: one request, as `scooby show` prints it. */

import { z } from 'zod';
import { UserError } from '../../../domain/errors.js';
import type { FilterQuery } from '../../../domain/filter.js';
import { routeNameOf } from '../../../domain/route.js';
import type { Trace } from '../../../domain/trace.js';
import type { StoreReader } from '../../../store/store.js';
import { chooseRequest } from '../../select/request.js';
import { withStore } from '../../select/store-options.js';
import { REQUEST_PARTS, requestAnswer } from '../reading.js';
import { defineTool, PAGE_INPUT, PAGE_OUTPUT, REQUEST_INPUT } from '../tool.js';

/** Requests among which the slowest of a route is looked for. */
const MAX_SEARCHED = 5000;

/** Structured facts of one request. */
export const REQUEST_OUTPUT = {
  request: z.string(),
  route: z.string(),
  status: z.number().optional(),
  ms: z.number().optional(),
  calls: z.record(z.string(), z.number()),
  findings: z.array(
    z.object({ finding: z.string(), kind: z.string(), severity: z.string(), site: z.string().optional() }),
  ),
  ...PAGE_OUTPUT,
};

export const requestTool = defineTool({
  name: 'request',
  title: 'One request',
  description:
    'One recorded request. overview: its findings with line, code and what to do, where its time went, its calls grouped by statement and line. calls: each call in order with its values; stacks: with all frames; logs: its log lines; source: files with calls and ms at each line.',
  input: {
    request: REQUEST_INPUT.optional(),
    slowest: z.boolean().optional().describe('of a route the slowest instead of the newest'),
    part: z.enum(REQUEST_PARTS).optional().describe('default overview'),
    ...PAGE_INPUT,
  },
  output: REQUEST_OUTPUT,
  run: ({ request = 'last', slowest = false, part = 'overview' }, { place }) =>
    withStore(place, async (store) => {
      const newest = await chooseRequest(store, request, Date.now());
      return requestAnswer(store, slowest ? await slowestLike(store, newest) : newest, part);
    }),
});

async function slowestLike(store: StoreReader, newest: Trace): Promise<Trace> {
  const route = routeNameOf(newest);
  const query: FilterQuery = [[{ field: 'method', op: '=', value: newest.method.toLowerCase(), not: false }]];
  const recent = await store.recent({ query }, MAX_SEARCHED);
  const like = recent.filter((summary) => routeNameOf(summary) === route);
  const [slowest] = like.sort((a, b) => (b.duration ?? 0) - (a.duration ?? 0));
  const trace = slowest && (await store.find(slowest.id));
  if (trace) return trace;
  throw new UserError('This request is no longer stored.', 1);
}

/** Tool `compare`: two requests of a route, as `scooby diff` prints it. */

import { z } from 'zod';
import type { Trace } from '../../../domain/trace.js';
import { chooseComparedRequests } from '../../commands/diff.js';
import { differenceLines } from '../../print/diff.js';
import { diffTraces } from '../../select/difference.js';
import { withStore } from '../../select/store-options.js';
import type { ToolAnswer } from '../answer.js';
import { toolFormat } from '../reading.js';
import { safeTrace } from '../safe-trace.js';
import { defineTool, PAGE_INPUT, PAGE_OUTPUT, REQUEST_INPUT } from '../tool.js';

const MAX_FACTS = 10;

/** Structured facts of a comparison. */
export const COMPARE_OUTPUT = {
  before: z.string(),
  after: z.string(),
  calls: z.object({ before: z.number(), after: z.number() }),
  ms: z.object({ before: z.number().optional(), after: z.number().optional() }),
  gone: z.array(z.string()),
  new: z.array(z.string()),
  stays: z.array(z.string()),
  ...PAGE_OUTPUT,
};

export const compareTool = defineTool({
  name: 'compare',
  title: 'Compare two requests',
  description:
    'What changed between two requests: time, calls, findings gone, new or staying. Without "before" it is the previous request of the same route: is the N+1 gone?',
  input: {
    before: REQUEST_INPUT.optional(),
    after: REQUEST_INPUT.optional().describe('default: the newest request; or a route, for its newest'),
    ...PAGE_INPUT,
  },
  output: COMPARE_OUTPUT,
  run: ({ before, after }, { place }) =>
    withStore(place, async (store) => {
      const [first, second] = await chooseComparedRequests(store, before, after, Date.now());
      return compareAnswer(first, second);
    }),
});

/** Difference of two requests. */
export function compareAnswer(first: Trace, second: Trace): ToolAnswer {
  const [before, after] = [safeTrace(first), safeTrace(second)];
  const difference = diffTraces(before, after);
  const ids = (findings: { id: string }[]) => findings.slice(0, MAX_FACTS).map(({ id }) => id);
  const { gone, new: added, stays } = difference.findings;
  return {
    title: `Request ${before.id.slice(0, 8)} before, ${after.id.slice(0, 8)} after:`,
    lines: differenceLines(difference, toolFormat()),
    again: { before: before.id, after: after.id },
    facts: {
      before: before.id,
      after: after.id,
      calls: { before: before.spans.length, after: after.spans.length },
      ms: { before: before.duration, after: after.duration },
      ...{ gone: ids(gone), new: ids(added), stays: ids(stays) },
    },
  };
}

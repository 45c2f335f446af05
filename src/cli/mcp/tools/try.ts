/** Tool `try`: the one query in place of a loop, as `scooby try` prints it. */

import { z } from 'zod';
import { databasePath } from '../../../store/location.js';
import { chooseLoop } from '../../commands/try.js';
import { onLivingRun } from '../../on-living-run.js';
import { trialLines } from '../../print/trial.js';
import { withStore } from '../../select/store-options.js';
import { idForAdvice } from '../answer.js';
import { toolFormat } from '../reading.js';
import { literalRules, safeComparison, safeStatement, safeTrace } from '../safe-trace.js';
import { defineTool, PAGE_INPUT, PAGE_OUTPUT } from '../tool.js';

const ADVICE = {
  true: 'It returns the same rows: write it so, and pick the rows of each key from a Map.',
  false: 'It returns other rows: it does not replace the loop as it is.',
  undefined: 'Whether the rows are the same could not be told.',
};

export const tryTool = defineTool({
  name: 'try',
  title: 'Try the one query',
  description:
    "Before a fix of an N+1 of SELECTs: runs the one query that would replace the loop, with the recorded values, on the running app's own database in a read-only transaction, and says what it takes and whether it has the same rows. Never writes.",
  input: {
    finding: z
      .string()
      .max(2000)
      .optional()
      .describe('id of a finding, or a request or route; default: the newest with findings'),
    call: z.string().max(20).optional().describe('number of a call of the loop; default: the costliest'),
    ...PAGE_INPUT,
  },
  output: {
    request: z.string(),
    same: z.boolean().optional(),
    loop: z.object({ calls: z.number(), ms: z.number(), rows: z.number().optional() }),
    one: z.object({ ms: z.number(), rows: z.number() }),
    ...PAGE_OUTPUT,
  },
  run: async ({ finding, call }, { place }) => {
    const { trace, loop } = await withStore(place, (store) => chooseLoop(store, finding, call, Date.now()));
    const trial = await onLivingRun(databasePath(place.db, process.cwd()), trace, (control) =>
      control.tryLoop(trace, { spans: loop.spans, given: {} }),
    );
    const rules = literalRules(trace, trace.spans[loop.spans[0]!]!);
    const statement = safeStatement(trial.statement, rules);
    const comparison = safeComparison(trial.comparison, rules);
    const id = loop.finding && idForAdvice(loop.finding.id);
    const { same } = trial.comparison;
    return {
      title: ADVICE[`${same}`],
      lines: trialLines(safeTrace(trace), loop, { ...trial, statement, comparison }, toolFormat()),
      advice: id === undefined ? [] : [`After the fix: verify {"finding":"${id}"}.`],
      again: { finding: finding ?? trace.id, ...(call !== undefined && { call }) },
      facts: { request: trace.id, ...(same !== undefined && { same }), loop: trial.loop, one: trial.one },
    };
  },
});

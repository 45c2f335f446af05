/** Tool `explain`: the plan of a query, as `scooby explain` prints it. */

import { z } from 'zod';
import { databasePath } from '../../../store/location.js';
import { chooseCall, planLines, planOfCall } from '../../commands/explain.js';
import { chooseRequest } from '../../select/request.js';
import { withStore } from '../../select/store-options.js';
import { toolFormat } from '../reading.js';
import { literalRules, safeStatement, safeTrace } from '../safe-trace.js';
import { defineTool, PAGE_INPUT, PAGE_OUTPUT, REQUEST_INPUT } from '../tool.js';

export const explainTool = defineTool({
  name: 'explain',
  title: 'Plan of a query',
  description:
    "The plan of a recorded query with remarks (scans, sorts, missing indexes), asked on the running app's own pool in a read-only transaction. analyze also runs the query, if it only reads, for actual rows and times.",
  input: {
    request: REQUEST_INPUT.optional(),
    call: z.string().max(20).optional().describe('number of the call (#3: "3"); default: the slowest query'),
    analyze: z.boolean().optional(),
    ...PAGE_INPUT,
  },
  output: {
    request: z.string(),
    call: z.number(),
    server: z.string(),
    remarks: z.array(z.string()),
    ...PAGE_OUTPUT,
  },
  run: async ({ request = 'last', call: wanted, analyze = false }, { place }) => {
    const call = await withStore(place, async (store) =>
      chooseCall(await chooseRequest(store, request, Date.now()), wanted),
    );
    const plan = await planOfCall(databasePath(place.db, process.cwd()), call, { analyze });
    const trace = safeTrace(call.trace);
    const rules = literalRules(trace, call.span);
    const safe = (text: string) => safeStatement(text, rules);
    const shown = {
      ...plan,
      statement: safe(plan.statement),
      plan: plan.plan.map(safe),
      remarks: plan.remarks.map((remark) => ({ ...remark, text: safe(remark.text) })),
    };
    return {
      title: `Plan of call ${call.index + 1} of request ${trace.id.slice(0, 8)}:`,
      lines: planLines({ ...call, trace }, shown, toolFormat()),
      again: { request: trace.id, call: `${call.index + 1}`, ...(analyze && { analyze }) },
      facts: {
        request: trace.id,
        call: call.index + 1,
        server: plan.server,
        remarks: plan.remarks.map(({ kind }) => kind),
      },
    };
  },
});

/** Tool `replay`: sends a recorded request again, and compares. */

import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { UserError } from '../../../domain/errors.js';
import { isSafeMethod } from '../../../domain/safe-method.js';
import { escapeToOneLine } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { isUnit } from '../../../domain/unit.js';
import { replay } from '../../../feed/replay.js';
import { withRunningApp } from '../../running-app.js';
import { chooseRequest } from '../../select/request.js';
import type { StorePlace } from '../../select/shared-store.js';
import { withStore } from '../../select/store-options.js';
import { outsideText } from '../safe-trace.js';
import { defineTool, PAGE_INPUT, REQUEST_INPUT } from '../tool.js';
import { COMPARE_OUTPUT, compareAnswer } from './compare.js';

const LOOK_MS = 50;
/** ms until a request is stored, on a busy machine. */
const MAX_STORED_MS = 10_000;

export const replayTool = defineTool({
  name: 'replay',
  title: 'Send a request again',
  description:
    'Sends a recorded request to the running app again, without its body and masked headers, which were not recorded, and compares both. GET, HEAD and OPTIONS; any other method changes data and needs confirm: true, which the user has to have agreed to.',
  input: { request: REQUEST_INPUT.optional(), confirm: z.boolean().optional(), ...PAGE_INPUT },
  output: { ...COMPARE_OUTPUT, status: z.number(), without: z.array(z.string()).optional() },
  acts: 'destructive',
  run: async ({ request = 'last', confirm = false }, { place, signal }) => {
    const before = await withStore(place, (store) => chooseRequest(store, request, Date.now()));
    rejectUnsafe('replay', { request: before.id }, before, confirm);
    const result = await withRunningApp(place.db, ({ status }) =>
      replay(status.url, status.record, before),
    ).catch((error: Error) => {
      if (error instanceof UserError) throw error;
      throw new UserError(`It was not sent again: ${escapeToOneLine(error.message)}.`, 1);
    });
    if (result.id === undefined)
      throw new UserError(
        `The app answered ${result.status}, but the request was not recorded: scooby on`,
        1,
      );
    const after = await storedRequest(place, result.id, signal);
    const answer = compareAnswer(before, after);
    const { without } = result;
    return {
      ...answer,
      title: `Answered ${result.status}. ${answer.title}`,
      // Names of headers are the client's.
      ...(without && {
        lines: [`sent without: ${outsideText(escapeToOneLine(without.join(', ')))}`, '', ...answer.lines],
        advice: ['What it was sent without had not been recorded: the app may have done less.'],
      }),
      facts: { ...answer.facts, status: result.status, ...(without && { without }) },
    };
  },
});

/** Throws a UserError for what changes data, unless the user has agreed to it. */
export function rejectUnsafe(tool: string, args: object, trace: Trace, confirmed: boolean): void {
  // An imported one may be any text.
  const method = /^[\w-]{1,20}$/.test(trace.method) ? trace.method : 'This method';
  if (isUnit(trace)) throw new UserError(`A ${method} is no request and cannot be sent again.`, 1);
  if (isSafeMethod(trace.method) || confirmed) return;
  throw new UserError(
    `${method} may change data. Ask the user; then: ${tool} ${JSON.stringify({ ...args, confirm: true })}`,
    1,
  );
}

/** The request with an id, once it is stored. */
async function storedRequest(place: StorePlace, id: string, signal: AbortSignal): Promise<Trace> {
  for (const deadline = performance.now() + MAX_STORED_MS; ; ) {
    const trace = await withStore(place, (store) => store.find(id));
    if (trace !== undefined && trace.state !== 'open') return trace;
    signal.throwIfAborted();
    if (performance.now() > deadline)
      throw new UserError(`Request ${id} was sent, but is not stored yet.`, 1);
    await delay(LOOK_MS, undefined, { signal });
  }
}

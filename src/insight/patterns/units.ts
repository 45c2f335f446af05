/**
 * Units of work: loops whose turns are separate on purpose. Each job has a transaction of its own,
 * each mark follows a message that was sent, each row needs the id of the row before.
 */

import type { Call } from '../calls/calls.js';
import type { Loop } from '../calls/loops.js';
import type { Scene } from '../scene.js';
import { idleBetween, median } from './polling.js';
import { valuesOfCalls, varyingPlaces } from './statement-values.js';
import { transactionOf } from './transactions.js';

const MOST = 0.8;

/**
 * Whether each call is in a transaction of its own, which the app opened for several statements. An
 * ORM's transaction around each row that it saves has the line of the row.
 */
export function isJobByJob(scene: Scene, { calls }: Loop): boolean {
  const opened = new Set<Call>();
  for (const call of calls) {
    const transaction = transactionOf(scene, call);
    if (transaction === undefined) return false;
    const { open, calls: inside } = transaction;
    const statements = inside.filter(({ isSetup }) => !isSetup);
    if (statements.length < 2 || isSameLine(open, call)) return false;
    if (!statements.some(({ sql, shape }) => sql?.isWrite || / FOR (?:NO KEY )?(?:UPDATE|SHARE)/.test(shape)))
      return false;
    opened.add(open);
  }
  return opened.size === calls.length;
}

// `sql.begin(async (tx) => …)` in one line: the work is a function of its own.
function isSameLine(a: Call, b: Call): boolean {
  return (
    a.site?.file === b.site?.file && a.site?.line === b.site?.line && a.site?.function === b.site?.function
  );
}

// Commands that hand a message to others.
const SENDS = /^(?:s?publish|[lr]pushx?|xadd|lmove|rpoplpush|brpoplpush)$/;
// SET sent = true, published_at = now(): the message itself may be one that scooby does not see.
const MARKS =
  /^UPDATE .* SET .*\b(?:sent|delivered|published|dispatched|notified|mailed|emailed|pushed|acked)(?:_?at|_?on)?["`]? = /i;
const SENDING_MS = 2;

/** Whether most calls mark what was sent since the call before: it must not be sent again. */
export function isMarkAfterSend(scene: Scene, { calls, overlapping }: Loop): boolean {
  if (overlapping > 0) return false;
  const marks = calls.filter((call, at) => hasSentBetween(scene, calls[at - 1], call)).length;
  if (marks >= calls.length * MOST) return true;
  if (!MARKS.test(calls[0]!.shape)) return false;
  return (
    median(calls.slice(1).map((call, at) => idleBetween(scene, calls[at]!.end, call.start))) >= SENDING_MS
  );
}

function hasSentBetween(scene: Scene, before: Call | undefined, call: Call): boolean {
  const from = before === undefined ? Math.max(0, call.order - 5) : before.order + 1;
  return scene.calls
    .slice(from, call.order)
    .some(
      ({ span, verb, end }) =>
        end <= call.start + 0.01 &&
        (span.kind === 'rpc' ||
          (span.kind === 'http' && verb !== 'GET' && verb !== 'HEAD') ||
          (span.kind === 'cache' && SENDS.test(verb))),
    );
}

/**
 * Whether the rows are inserted with ids of rows that the loop inserted before, or each after the same
 * question to their table, which the row before has answered anew: a balance, the next number.
 */
export function isChain(scene: Scene, loop: Loop): boolean {
  return hasIdsOfRowsBefore(loop) || isReadAgain(scene, loop);
}

function isReadAgain({ calls: all }: Scene, { calls, overlapping }: Loop): boolean {
  if (calls[0]!.verb !== 'INSERT' || overlapping > 0) return false;
  const tables = new Set(calls[0]!.sql!.tables);
  const reads = calls.map((call, at) =>
    all
      .slice(at === 0 ? Math.max(0, call.order - 5) : calls[at - 1]!.order + 1, call.order)
      .find((read) => isOneRow(read) && read.sql!.tables.some((table) => tables.has(table))),
  );
  const [first] = reads;
  const again = reads.filter((read) => read !== undefined && read.exactKey === first?.exactKey);
  return again.length >= calls.length * MOST;
}

function isOneRow({ verb, isMasked, span }: Call): boolean {
  return verb === 'SELECT' && !isMasked && span.rows === 1;
}

function hasIdsOfRowsBefore({ calls }: Loop): boolean {
  const ids = calls.map(({ span }) => textOf(span.detail?.insertId));
  if (ids[0] === undefined) return false;
  const params = calls.map(({ span }) => (Array.isArray(span.detail?.params) ? span.detail.params : []));
  return (params[0] ?? []).some((_, place) => {
    const referred = params.slice(1).map((values) => textOf(values[place]));
    const earlier = new Set<string>();
    const known = referred.filter((id, at) => {
      if (ids[at] !== undefined) earlier.add(ids[at]);
      return id !== undefined && earlier.has(id);
    });
    return known.length >= referred.length * MOST && new Set(known).size >= Math.max(2, known.length / 4);
  });
}

/** Whether one row is written again and again, as it gets on: a state, a progress. */
export function isProgress(loop: Loop): boolean {
  const { shape, verb } = loop.calls[0]!;
  const where = shape.search(/ WHERE /i);
  if (verb !== 'UPDATE' || where < 0 || loop.overlapping > 0) return false;
  const values = valuesOfCalls(loop);
  const set = shape.slice(0, where).split('?').length - 1;
  const conditions = shape.slice(where).split('?').length - 1;
  // Lists, and values that the shape has joined, cannot be told apart by their places.
  if (
    conditions === 0 ||
    values.some(({ single, listed }) => listed.length > 0 || single.length !== set + conditions)
  )
    return false;
  return varyingPlaces(values).every((place) => place < set);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'number' || typeof value === 'string' ? String(value) : undefined;
}

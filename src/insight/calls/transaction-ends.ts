/** Ends of transactions that a library makes for `transaction(work)`: they have the line of the beginning. */

import type { Frame } from '../../domain/trace.js';
import type { Call } from './calls.js';

/**
 * Gives the COMMIT or ROLLBACK of a library its transaction's line. It runs after the work's last await: its stack has
 * another line of the app, as the nearest function that awaits, or none.
 */
export function assignTransactionEnds(calls: Call[]): void {
  const openByConnection = new Map<unknown, Call>();
  for (const call of calls) {
    if (call.sql?.isControl !== true) continue;
    const connection = call.span.detail?.connection;
    if (isBegin(call)) openByConnection.set(connection, call);
    else if (isEnd(call)) {
      const open = openByConnection.get(connection);
      openByConnection.delete(connection);
      if (open?.site !== undefined && (call.site === undefined || isOfOneRun(open, call)))
        Object.assign(call, { site: open.site, positions: open.positions, callers: open.callers });
    }
  }
}

/** Whether a statement begins a transaction. */
export function isBegin({ verb, shape }: Pick<Call, 'verb' | 'shape'>): boolean {
  return verb === 'BEGIN' || (verb === 'START' && shape.toUpperCase().startsWith('START TRANSACTION'));
}

/** Whether a statement ends a transaction. */
export function isEnd({ verb, shape }: Pick<Call, 'verb' | 'shape'>): boolean {
  if (verb === 'COMMIT' || verb === 'END' || verb === 'ABORT') return true;
  return verb === 'ROLLBACK' && !/ TO /.test(shape);
}

// The library's outermost function, which the app called, has begun the one and gone on to the other. A driver's
// `query` is called anew for each, at the same place.
function isOfOneRun({ span: open }: Call, { span: end }: Call): boolean {
  const outermost = outermostOf(open.stack);
  if (outermost === undefined) return false;
  const same = outermostOf(end.stack);
  if (same === undefined || same.file !== outermost.file || same.function !== outermost.function)
    return false;
  return same.line !== outermost.line || same.column !== outermost.column;
}

function outermostOf(stack: Frame[]): Frame | undefined {
  const end = stack.findIndex(({ application }) => application);
  return stack
    .slice(0, end < 0 ? stack.length : end)
    .filter(({ file }) => file.includes('node_modules/'))
    .at(-1);
}

/** Details of a call as text. */

import { formatCount, formatMs, valueText } from '../domain/text.js';
import type { Span } from '../domain/trace.js';
import { cleanText } from '../terminal/cells.js';

/**
 * Details that only insight reads, connection numbers, which mean nothing to the user, and locals,
 * which are shown below the stack's frames.
 */
const HIDDEN = new Set(['opened', 'prepared', 'connection', 'source', 'locals']);
/** Names of details, where that in the record is no word. */
const TITLES: Record<string, string> = { inPieces: 'in pieces' };

/** Details of a call, such as its values, as `scooby show` and the browser print them. */
export function detailsOf(span: Span): [name: string, text: string][] {
  return Object.entries(span.detail ?? {})
    .filter(([name, value]) => !HIDDEN.has(name) && !isEmpty(value) && !isInMessage(span, value))
    .map(([name, value]) => [
      TITLES[name] ?? cleanText(name),
      cleanText(measured(name, value) ?? valueText(value)),
    ]);
}

/** Text of what the agent has measured; undefined of other values, which are the call's own. */
function measured(name: string, value: unknown): string | undefined {
  if (name === 'queue' && typeof value === 'number')
    return `${formatMs(value)} of the wait, behind other calls of its connection`;
  if (name === 'ttfb' && typeof value === 'number')
    return `${formatMs(value)} to the first byte of the answer`;
  if (name === 'blocking' && value === true) return 'no other request was served meanwhile';
  if (name === 'inPieces' && value === true)
    return 'on the event loop: other requests were served between them only';
  if (name === 'captures' && typeof value === 'number')
    return `seen ${formatCount(value, 'time')} while it ran`;
  return name === 'pool' && isPoolCounts(value)
    ? `${value.open} of ${value.max} connections open, ${value.idle} idle, ${formatCount(value.waiting, 'call')} waiting`
    : undefined;
}

function isPoolCounts(value: unknown): value is Record<'max' | 'open' | 'idle' | 'waiting', number> {
  const { max, open, idle, waiting } = (value ?? {}) as Record<string, unknown>;
  return [max, open, idle, waiting].every((count) => typeof count === 'number');
}

function isEmpty(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}

// A log message usually contains the values that were logged with it.
function isInMessage({ kind, name }: Span, value: unknown): boolean {
  return (
    kind === 'log' &&
    Array.isArray(value) &&
    value.every((item) => name.includes(typeof item === 'string' ? item : JSON.stringify(item)))
  );
}

/** Details of a call as text. */

import { valueText } from '../domain/text.js';
import type { Span } from '../domain/trace.js';
import { cleanText } from '../terminal/cells.js';

/**
 * Details that only insight reads, connection numbers, which mean nothing to the user, and locals,
 * which are shown below the stack's frames.
 */
const HIDDEN = new Set(['opened', 'prepared', 'connection', 'source', 'locals']);

/** Details of a call, such as its values, as `scooby show` and the browser print them. */
export function detailsOf(span: Span): [name: string, text: string][] {
  return Object.entries(span.detail ?? {})
    .filter(([name, value]) => !HIDDEN.has(name) && !isEmpty(value) && !isInMessage(span, value))
    .map(([name, value]) => [cleanText(name), cleanText(valueText(value))]);
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

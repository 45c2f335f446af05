/** Error messages of drivers, for spans and replies to EXPLAIN orders. */

import { redactText } from '../../domain/redact.cjs';
import { dataOf, errorField, plainText } from './app-values.cjs';

// The cost of looking for secrets is bounded; what a person reads of an error is its beginning.
const MAX_TEXT = 64 * 1024;

const UNREADABLE = 'an error that cannot be read';

/**
 * Message of an error without its secrets, preceded by its code (SQLSTATE, errno) unless it contains it. Never throws,
 * and runs no getter of the app's errors.
 */
export function errorText(error: unknown): string {
  try {
    const code = dataOf(error, 'code');
    const text = errorField(error, 'message') ?? valueText(error);
    const shown = redactText(text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`);
    return typeof code === 'string' && code !== '' && !text.includes(code) ? `${code}: ${shown}` : shown;
  } catch {
    return UNREADABLE;
  }
}

function valueText(error: unknown): string {
  if (error === undefined || error === null) return String(error);
  return plainText(error) ?? UNREADABLE;
}

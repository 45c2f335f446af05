/** Error messages of drivers, for spans and replies to EXPLAIN orders. */

import { redactText } from '../../domain/redact.cjs';

// The cost of looking for secrets is bounded; what a person reads of an error is its beginning.
const MAX_TEXT = 64 * 1024;

/**
 * Message of an error without its secrets, preceded by its code (SQLSTATE, errno) unless it contains it. Never throws,
 * though getters of the app's errors may.
 */
export function errorText(error: unknown): string {
  try {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    const text = typeof message === 'string' ? message : String(error);
    const shown = redactText(text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`);
    return typeof code === 'string' && code !== '' && !text.includes(code) ? `${code}: ${shown}` : shown;
  } catch {
    return 'an error that cannot be read';
  }
}

/** Faults of values that the drivers of MySQL write into a statement's text. */

import { COMMENT, piecesOf } from '../insight/sql/pieces.js';
import { hasFalsePlaceholder } from '../insight/sql/placeholders.js';

/** Characters that drivers write with a backslash. */
const ESCAPED = /['"\\\p{Cc}]/u;

/**
 * Reason not to send statements through a driver, as a sentence: a value would not stay within its quotes,
 * and its text would be run.
 */
export function falsePlaceholderRefusal(statements: string[], library: string): string | undefined {
  // mariadb knows texts and names.
  return library !== 'mariadb' && hasFalsePlaceholder(statements)
    ? 'The statement has a ? in a text or a name, which the driver would take for a placeholder; run it by hand.'
    : undefined;
}

/** The same for a server whose texts have no backslashes: `mode` is its sql_mode. */
export function backslashRefusal(mode: unknown, ...sent: unknown[]): string | undefined {
  return /\bNO_BACKSLASH_ESCAPES\b/i.test(String(mode)) && needsEscapes(sent)
    ? 'The server reads backslashes as they are (NO_BACKSLASH_ESCAPES), and the driver would write values with them; run it by hand.'
    : undefined;
}

function needsEscapes(value: unknown): boolean {
  if (typeof value === 'string') return ESCAPED.test(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(needsEscapes);
}

/** A statement without those comments in which a driver would take a `?` for a placeholder. */
export function withoutMarkedComments(statement: string): string {
  return [...piecesOf(statement, 'mysql')]
    .map(({ kind, written }) => (kind === COMMENT && written.includes('?') ? ' ' : written))
    .join('');
}

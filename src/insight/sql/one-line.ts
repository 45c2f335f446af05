/** One-line equivalents of tokens with line breaks or terminal control characters. */

import type { Dialect } from '../../domain/library.js';
import { escapeControls } from '../../domain/text.js';
import { pgEscape, stringLiteral } from './literals.js';

/** Token on one line; undefined where no equivalent form exists. */
export function toOneLine(written: string, quoted: boolean, dialect: Dialect): string | undefined {
  if (isOneLine(written)) return written;
  if (!quoted) return undefined;
  if (dialect === 'pg') return pgOnOneLine(written);
  if (dialect === 'mysql') return mysqlOnOneLine(written);
  return written.startsWith("'")
    ? stringLiteral(undoubleQuotes(written.slice(1, -1), "'"), 'sqlite')
    : undefined;
}

/** True for text without line breaks and terminal control characters. */
export function isOneLine(written: string): boolean {
  return !/[\n\r]/.test(written) && escapeControls(written) === written;
}

function undoubleQuotes(inside: string, quote: string): string {
  return inside.replaceAll(quote + quote, quote);
}

function pgOnOneLine(written: string): string | undefined {
  const dollar = /^\$([^$]*)\$([\s\S]*)\$\1\$$/.exec(written);
  if (dollar) return stringLiteral(dollar[2]!, 'pg');
  const [prefix = ''] = /^\w*/.exec(written)!;
  const inside = joinStrings(written.slice(prefix.length + 1, -1), prefix !== '');
  if (prefix === '') return stringLiteral(undoubleQuotes(inside, "'"), 'pg');
  if (prefix.toLowerCase() !== 'e') return undefined;
  // An escaped line break is a line break.
  const escapes = /\\([\s\S])|[^\x20-\x7e]/gu;
  const escaped = inside.replace(escapes, (match, char: string | undefined) =>
    match === '\n' || char === '\n'
      ? '\\n'
      : char === undefined
        ? pgEscape(match)
        : isOneLine(match)
          ? match
          : pgEscape(char),
  );
  return `E'${escaped}'`;
}

/** Content of adjacent strings, which a line break joins, without the gaps between them. */
function joinStrings(inside: string, backslashes: boolean): string {
  const parts = backslashes ? /\\[\s\S]|''|'\s*'/g : /''|'\s*'/g;
  return inside.replace(parts, (part) => (part === "''" || part.startsWith('\\') ? part : ''));
}

const MYSQL_ESCAPED: Record<string, string> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
  // Escapes of LIKE stay.
  '%': '\\%',
  _: '\\_',
};

function mysqlOnOneLine(written: string): string | undefined {
  const quote = written[0]!;
  if (quote !== "'" && quote !== '"') return undefined;
  const parts = new RegExp(`\\\\([\\s\\S])|${quote}${quote}`, 'g');
  const value = written
    .slice(1, -1)
    .replace(parts, (_, char: string | undefined) =>
      char === undefined ? quote : (MYSQL_ESCAPED[char] ?? char),
    );
  return stringLiteral(value, 'mysql');
}

/** Parts of a statement that go over several lines, or hold what steers a terminal, written on one line with the same meaning. */

import type { Dialect } from '../../domain/library.js';
import { escapeControls } from '../../domain/text.js';
import { pgEscape, stringLiteral } from './literals.js';

/** A token on one line; undefined where no other writing means the same. */
export function toOneLine(written: string, quoted: boolean, dialect: Dialect): string | undefined {
  if (isOneLine(written)) return written;
  if (!quoted) return undefined;
  if (dialect === 'pg') return ofPg(written);
  if (dialect === 'mysql') return ofMysql(written);
  return written.startsWith("'") ? stringLiteral(undoubled(written.slice(1, -1), "'"), 'sqlite') : undefined;
}

/** Whether a text goes into a script, and onto a terminal, as it is. */
export function isOneLine(written: string): boolean {
  return !/[\n\r]/.test(written) && escapeControls(written) === written;
}

function undoubled(inside: string, quote: string): string {
  return inside.replaceAll(quote + quote, quote);
}

function ofPg(written: string): string | undefined {
  const dollar = /^\$([^$]*)\$([\s\S]*)\$\1\$$/.exec(written);
  if (dollar) return stringLiteral(dollar[2]!, 'pg');
  const [prefix = ''] = /^\w*/.exec(written)!;
  const inside = joined(written.slice(prefix.length + 1, -1), prefix !== '');
  if (prefix === '') return stringLiteral(undoubled(inside, "'"), 'pg');
  if (prefix.toLowerCase() !== 'e') return undefined;
  // A line break after a backslash is a line break.
  const escapes = /\\([\s\S])|[^\x20-\x7e]/gu;
  const escaped = inside.replace(escapes, (all, char: string | undefined) =>
    all === '\n' || char === '\n'
      ? '\\n'
      : char === undefined
        ? pgEscape(all)
        : isOneLine(all)
          ? all
          : pgEscape(char),
  );
  return `E'${escaped}'`;
}

/** Strings that are one because a line break is between them, without what is between. */
function joined(inside: string, backslashes: boolean): string {
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
  // They stay escaped for LIKE.
  '%': '\\%',
  _: '\\_',
};

function ofMysql(written: string): string | undefined {
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

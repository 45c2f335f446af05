/** A statement with its values written in, on one line, to be run by hand. */

import { visible } from '../text.js';
import type { Dialect } from './fingerprint.js';
import { literal, mysqlName, text, whyNot } from './literals.js';
import { CLOSE, END, Lexer, NAME, VALUE } from './sql/lexer.js';

/** A statement without placeholders, and why it is not what was sent: empty where it is. */
export interface Runnable {
  sql: string;
  faults: string[];
}

/** Answers a statement that can be run as it is; one with faults must not be. `params` is a list, or an object by name. */
export function runnable(sql: string, dialect: Dialect, params: unknown): Runnable {
  const faults = /… \(\d+ characters\)$/.test(sql) ? ['the statement was too long to be kept whole'] : [];
  const lexer = new Lexer(sql, dialect);
  const values = new Values(params);
  let out = '';
  let before = 0;
  let kind = lexer.next(true);
  for (
    let end = 0;
    kind !== END;
    kind = lexer.next(before !== VALUE && before !== NAME && before !== CLOSE)
  ) {
    const written = sql.slice(lexer.from, lexer.to);
    out += gap(sql.slice(end, lexer.from), dialect);
    const place = placeholder(written, kind, dialect);
    if (place === undefined) out += lexer.quoted ? onOneLine(written, dialect) : visible(written);
    else {
      const found = values.take(place);
      if (found.fault) faults.push(`${place} ${found.fault}`);
      const isName = place === '??' && found.value !== undefined;
      out += found.isMissing ? place : isName ? mysqlName(found.value) : literal(found.value, dialect);
    }
    before = kind;
    end = lexer.to;
  }
  return { sql: out.trim().replace(/[;\s]+$/, ''), faults: [...new Set(faults)] };
}

/** Hands out the values of placeholders. */
class Values {
  readonly #params: unknown;
  #next = 0;

  constructor(params: unknown) {
    this.#params = params;
  }

  take(place: string): { value?: unknown; fault?: string; isMissing?: boolean } {
    const params = this.#params;
    const number = /^[$?](\d+)$/.exec(place)?.[1];
    const key = number ? Number(number) - 1 : place.startsWith('?') ? this.#next++ : place.slice(1);
    const known = params !== null && typeof params === 'object' && Object.hasOwn(params, key);
    if (!known) return { fault: 'is not known', isMissing: true };
    const value = (params as Record<string | number, unknown>)[key];
    const fault = whyNot(value);
    return fault ? { value, fault } : { value };
  }
}

function placeholder(written: string, kind: number, dialect: Dialect): string | undefined {
  if (dialect === 'mysql' && kind === NAME && written === '??') return written;
  if (kind !== VALUE) return undefined;
  if (dialect === 'pg') return /^\$\d+$/.test(written) ? written : undefined;
  return /^(?:\?|[:@$]\w)/.test(written) ? written : undefined;
}

// Comments go; hints, and what MySQL runs only from a version on, stay.
function gap(between: string, dialect: Dialect): string {
  if (between === '') return '';
  const kept = between.match(/\/\*\+[\s\S]*?\*\//g) ?? [];
  const marks = dialect === 'mysql' ? (between.match(/\/\*M?!\d*|^\s*\*\//g) ?? []) : [];
  return [' ', ...[...kept, ...marks].map((part) => `${visible(part.replace(/\s+/g, ' ').trim())} `)].join(
    '',
  );
}

// A string that goes over several lines, or holds what steers a terminal, in another writing.
function onOneLine(written: string, dialect: Dialect): string {
  if (!/[\n\r]/.test(written) && visible(written) === written) return written;
  const dollar = /^\$(\w*)\$([\s\S]*)\$\1\$$/.exec(written);
  if (dollar) return text(dollar[2]!, 'pg');
  if (/^'[^\\]*'$/.test(written)) return text(written.slice(1, -1).replaceAll("''", "'"), dialect);
  return visible(written.replaceAll('\r', '\\r').replaceAll('\n', '\\n'));
}

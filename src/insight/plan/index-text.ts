/** Text of the index that a condition and an order ask for, as a guess. */

import { KEYWORDS } from '../sql/words.js';

/** Columns that a condition compares, and those of the order. */
export interface IndexWish {
  table: string;
  /** Compared by `=` or with a list. */
  equal: string[];
  /** Compared by `<`, `>`, BETWEEN or the beginning of a text. */
  range: string[];
  order?: string[];
}

/** Compared columns by kind: those that are fixed come first in an index, then the order, else a range. */
export function indexColumns({ equal, range, order = [] }: IndexWish): string[] {
  const fixed = [...new Set(equal)];
  const sorted = order.filter((column) => !fixed.includes(column));
  // After a range the rows are in its order only.
  const rest = sorted.length > 0 ? sorted : range.filter((column) => !fixed.includes(column)).slice(0, 1);
  return [...fixed, ...rest];
}

/** `CREATE INDEX ON orders (user_id, status)`; MySQL and SQLite take a name. */
export function createIndexText(wish: IndexWish, dialect: 'pg' | 'mysql' | 'sqlite'): string | undefined {
  const columns = indexColumns(wish);
  if (columns.length === 0) return undefined;
  const quote = (name: string) => quoteName(name, dialect === 'mysql' ? '`' : '"');
  const table =
    dialect === 'mysql' ? wish.table.split('.').map(quote).join('.') : quotedTable(wish.table, quote);
  const name = [wish.table.replace(/^.*\./, ''), ...columns].join('_').replace(/\W/g, '').slice(0, 60);
  return `CREATE INDEX ${dialect === 'pg' ? '' : `${quote(name)} `}ON ${table} (${columns.map(quote).join(', ')})`;
}

/** Whether an index begins with these columns; those that are fixed may be in any order. */
export function hasIndexFor(wish: IndexWish, indexes: string[][]): boolean {
  const fixed = new Set(wish.equal);
  const columns = indexColumns(wish);
  return indexes.some((index) => {
    const own = index.slice(0, columns.length);
    if (own.length < columns.length) return false;
    const isFixed = own.slice(0, fixed.size).every((column) => fixed.has(column));
    return isFixed && own.slice(fixed.size).join() === columns.slice(fixed.size).join();
  });
}

function quotedTable(table: string, quote: (name: string) => string): string {
  // A plan's own quotes stay.
  return table.includes('"') ? table : table.split('.').map(quote).join('.');
}

function quoteName(name: string, mark: string): string {
  const isPlain = /^[a-z_][a-z0-9_]*$/.test(name) && !KEYWORDS.has(name);
  return isPlain ? name : `${mark}${name.replaceAll(mark, mark + mark)}${mark}`;
}

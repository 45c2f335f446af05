/** Columns that a statement compares, read from its text: what an index may be for. */

import type { Dialect } from '../../domain/library.js';
import { Lexer } from '../sql/lexer.js';
import { CAST, CLOSE, COMMA, END, NAME, OPEN, OPERATOR, WORD } from '../sql/token-kinds.js';

/**
 * Columns of a table that a statement compares, by how: `t.a = ?`, and of an only table also `a = ?`.
 * `isCondition`: the text is what a server compares of the table's rows, where `u.id = t.a` is one, too.
 */
export function comparedByKind(
  statement: string,
  table: string,
  isOnlyTable: boolean,
  dialect: Dialect,
  isCondition = false,
): { equal: string[]; range: string[] } {
  const lexer = new Lexer(statement, dialect);
  const equal = new Set<string>();
  const range = new Set<string>();
  let owner = '';
  let name = '';
  let isAfterDot = false;
  // In SET, `=` assigns.
  let isInCondition = isCondition;
  // `a.id = t.b`: of the right side, too.
  let before: Set<string> | undefined;
  for (let kind = lexer.read(); kind !== END; kind = lexer.read()) {
    const { text } = lexer;
    const isComparison =
      (kind === OPERATOR && /^(?:=|<|>|<=|>=|<=>)$/.test(text)) || /^(?:IN|LIKE|BETWEEN)$/.test(text);
    if (kind === NAME) {
      owner = isAfterDot ? name : '';
      name = unquoted(text);
      isAfterDot = false;
    } else if (text === '.') isAfterDot = true;
    else {
      if (/^(?:WHERE|ON|HAVING|SET)$/.test(text)) isInCondition = text !== 'SET';
      const isOwn = name !== '' && (owner === table || (owner === '' && isOnlyTable));
      if (isInCondition && isComparison && isOwn) (/^(?:=|<=>|IN)$/.test(text) ? equal : range).add(name);
      // An expression of the column has no use of its index.
      else if (before && isOwn && ![OPEN, OPERATOR, CAST].includes(kind)) before.add(name);
      before = isCondition && text === '=' ? equal : undefined;
      owner = '';
      name = '';
    }
  }
  if (before && name !== '' && (owner === table || (owner === '' && isOnlyTable))) before.add(name);
  return { equal: [...equal], range: [...range].filter((column) => !equal.has(column)) };
}

/** Tables of a statement by the names that they have in it: `FROM orders o` is o. */
export function tableAliases(statement: string, dialect: Dialect): Map<string, string> {
  const lexer = new Lexer(statement, dialect);
  const names = new Map<string, string>();
  let table: string | undefined;
  let isTable = false;
  for (let kind = lexer.read(); kind !== END; kind = lexer.read()) {
    const { text } = lexer;
    const name = unquoted(text);
    if (kind === NAME && isTable) {
      table = name;
      isTable = false;
      names.set(table, table);
    } else if (kind === NAME && table !== undefined) {
      names.delete(table);
      names.set(name, table);
      table = undefined;
    } else if (text === '.' && table !== undefined) {
      names.delete(table);
      isTable = true;
    } else if (kind === WORD && text === 'AS') {
      // t AS a
    } else {
      table = undefined;
      isTable = kind === WORD && /^(?:FROM|JOIN|UPDATE|INTO)$/.test(text);
    }
  }
  return names;
}

/** Columns of a table that the statement's rows are sorted by, where all are in one direction; else none. */
export function orderColumnsOf(
  statement: string,
  table: string,
  isOnlyTable: boolean,
  dialect: Dialect,
): string[] {
  const items = orderItems(statement, dialect).map((item) => {
    const isDescending = item.at(-1) === 'DESC';
    const names = isDescending || item.at(-1) === 'ASC' ? item.slice(0, -1) : item;
    const isColumn = names.length === 1 ? isOnlyTable : names.length === 3 && names[1] === '.';
    const isOwn = names.length === 1 || names[0] === table;
    return { column: isColumn && isOwn ? names.at(-1) : undefined, isDescending };
  });
  const columns = items.flatMap(({ column }) => column ?? []);
  const isOneWay = items.every(({ isDescending }) => isDescending === items[0]!.isDescending);
  return columns.length === items.length && isOneWay ? columns : [];
}

/** Texts of each item of the outermost ORDER BY. */
function orderItems(statement: string, dialect: Dialect): string[][] {
  const lexer = new Lexer(statement, dialect);
  let items: string[][] = [];
  let depth = 0;
  let isOrder = false;
  for (let kind = lexer.read(); kind !== END; kind = lexer.read()) {
    const { text } = lexer;
    if (kind === OPEN) depth++;
    else if (kind === CLOSE) depth--;
    if (depth === 0 && text === 'BY' && isOrder) items = [[]];
    else if (depth === 0 && /^(?:LIMIT|OFFSET|FETCH|FOR)$/.test(text)) isOrder = false;
    else if (items.length > 0 && isOrder) {
      if (depth === 0 && kind === COMMA) items.push([]);
      else items.at(-1)!.push(kind === NAME ? unquoted(text) : text);
    }
    if (depth === 0 && text === 'ORDER') isOrder = true;
  }
  return items;
}

function unquoted(name: string): string {
  return name.replaceAll(/["`[\]]/g, '');
}

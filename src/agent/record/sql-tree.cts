/** A statement as brackets and terms: which names stand beside which values. */

import type { Dialect } from '../../domain/library.js';
import { type SqlToken, sqlTokens } from './sql-tokens.cjs';

/** Shared by the terms of a bulk insert, most of which have one value and nothing else. */
const NONE: readonly never[] = [];

/** A placeholder or a literal. */
export interface SqlValue {
  token: SqlToken;
  /** 0-based position or name of a placeholder; undefined for a literal. */
  param: number | string | undefined;
  term: SqlTerm;
}

/** What stands between two commas, ANDs or clauses. */
export class SqlTerm {
  readonly clause: string;
  /** Columns; `??` of mysql as the position of its placeholder. */
  names: readonly (string | number)[] = NONE;
  values: readonly SqlValue[] = NONE;
  children: readonly SqlBracket[] = NONE;

  constructor(clause: string) {
    this.clause = clause;
  }

  addName(name: string | number): void {
    if (this.names === NONE) this.names = [name];
    else (this.names as (string | number)[]).push(name);
  }

  addValue(value: SqlValue): void {
    if (this.values === NONE) this.values = [value];
    else (this.values as SqlValue[]).push(value);
  }

  addChild(child: SqlBracket): void {
    if (this.children === NONE) this.children = [child];
    else (this.children as SqlBracket[]).push(child);
  }

  /** Takes the last name back: it was that of a table or a function. */
  dropName(): void {
    if (this.names !== NONE) (this.names as (string | number)[]).pop();
  }
}

/** A statement, what stands in brackets, or CASE … END. */
export interface SqlBracket {
  /** Function whose arguments these are. */
  fn: string;
  kind: 'root' | 'list' | 'case' | 'columns' | 'row';
  terms: SqlTerm[];
  /** Has AND, OR: its terms are conditions of their own. */
  isLogical: boolean;
  isSelect: boolean;
  /** Its items have the names of columns, and no other. */
  isNamed: boolean;
  /** Column names, `(…) as t(a, b)` or `insert into t (a, b)`, and the rows they name. */
  columns?: SqlBracket;
  insert?: { columns: SqlBracket | undefined };
}

const CLOSING = new Set(['"', '}', ']']);
const MAX_DEPTH = 100;
const CLAUSES = new Set(
  'select from where set on having values limit offset returning order group union except intersect join into update table do using when then else with window conflict merge matched duplicate for fetch'.split(
    ' ',
  ),
);
/** Names behind these are tables. */
const TABLE_CLAUSES = new Set(['from', 'into', 'join', 'update', 'table']);
const NO_FUNCTIONS = new Set(
  'in any all some and or not as values on by exists over using between like ilike is when then else case select from where set returning then limit offset interval array row returns key primary unique distinct filter within'.split(
    ' ',
  ),
);

/** Reads a statement; brackets deeper than 100 are read as one. Never throws. */
export function readSqlTree(sql: string, dialect: Dialect | undefined): SqlBracket {
  const root = newBracket('root', '');
  const stack = [root];
  let tooDeep = 0;
  let position = 0;
  let previous: SqlToken | undefined;
  let closed: SqlBracket | undefined;
  let between = false;
  for (const token of sqlTokens(sql, dialect)) {
    const bracket = stack.at(-1)!;
    const term = bracket.terms.at(-1)!;
    const word = token.type === 'name' && !token.quoted ? token.text.toLowerCase() : '';
    if (token.type === 'placeholder' && token.text === '??') term.addName(position++);
    else if (token.type === 'placeholder') {
      const digits = /^[?$](\d+)$/.exec(token.text)?.[1];
      const isNamed = /^[:@$][^\d]/.test(token.text);
      const param = isNamed ? token.text.slice(1) : digits ? Number(digits) - 1 : position++;
      term.addValue({ token, param, term });
    } else if (token.type === 'string' && /^(?:->|#>)/.test(previous?.text ?? '')) {
      term.addName(lastPart(token.text));
    } else if (token.type === 'string' || token.type === 'number') {
      term.addValue({ token, param: undefined, term });
    } else if (token.text === '(' && token.type === 'sign') {
      if (stack.length >= MAX_DEPTH) tooDeep++;
      else stack.push(openBracket(bracket, term, previous, closed));
    } else if (token.text === ')' && token.type === 'sign') {
      if (tooDeep > 0) tooDeep--;
      else {
        while (stack.length > 1 && stack.at(-1)!.kind === 'case') stack.pop();
        if (stack.length > 1) closed = stack.pop();
        previous = token;
        continue;
      }
    } else if (token.text === ',' && token.type === 'sign') newTerm(bracket, term.clause);
    else if (token.text === ';' && token.type === 'sign') {
      stack.length = 1;
      delete root.insert;
      newTerm(root, '');
    } else if (token.text === '.' && token.type === 'sign') {
      if (previous?.type === 'name') term.dropName();
    } else if (word === 'case' && stack.length < MAX_DEPTH) {
      const added = newBracket('case', '');
      term.addChild(added);
      stack.push(added);
    } else if (word === 'end' && bracket.kind === 'case') stack.pop();
    else if (word === 'between') between = true;
    else if (word === 'and' && between) between = false;
    else if (word === 'and' || word === 'or') {
      bracket.isLogical = true;
      newTerm(bracket, term.clause);
    } else if (word === 'for' && term.clause === 'set' && /^password$/i.test(previous?.text ?? '')) {
      // MySQL's `set password for ada = …`: the user's name is beside the column.
    } else if (word !== '' && CLAUSES.has(word) && previous?.text !== '.') {
      if (word === 'select') bracket.isSelect = true;
      if (word === 'into' && !bracket.isSelect) bracket.insert = { columns: undefined };
      // MySQL's `on duplicate key update` has columns behind it, and no table.
      newTerm(bracket, word === 'update' && /^key$/i.test(previous?.text ?? '') ? 'set' : word);
    } else if (word === 'insert') {
      // MERGE has no INTO.
      bracket.insert = { columns: undefined };
      newTerm(bracket, 'into');
    } else if (token.type === 'name' && word !== 'as') {
      const isSession = word === 'session' && /^set$/i.test(previous?.text ?? '');
      if (!TABLE_CLAUSES.has(term.clause) && !isSession) term.addName(token.text);
    }
    if (word !== 'as' && !(previous?.text === ')' && token.type === 'name') && !isAs(previous?.text))
      closed = undefined;
    previous = token;
  }
  return root;
}

function isAs(text: string | undefined): boolean {
  return text?.length === 2 && text.toLowerCase() === 'as';
}

function openBracket(
  parent: SqlBracket,
  term: SqlTerm,
  previous: SqlToken | undefined,
  closed: SqlBracket | undefined,
): SqlBracket {
  const before = previous?.type === 'name' ? previous.text : '';
  const isFunction = before !== '' && (previous!.quoted === true || !NO_FUNCTIONS.has(before.toLowerCase()));
  if (closed !== undefined && isFunction) {
    closed.columns = newBracket('columns', '');
    return closed.columns;
  }
  if (parent.insert !== undefined && term.clause === 'into') {
    parent.insert.columns = newBracket('columns', '');
    return parent.insert.columns;
  }
  if (isFunction && !TABLE_CLAUSES.has(term.clause)) term.dropName();
  const isRow = term.clause === 'values';
  const bracket = newBracket(isRow ? 'row' : 'list', isFunction ? before : '');
  term.addChild(bracket);
  return bracket;
}

function newBracket(kind: SqlBracket['kind'], fn: string): SqlBracket {
  const bracket: SqlBracket = { fn, kind, terms: [], isLogical: false, isSelect: false, isNamed: false };
  newTerm(bracket, '');
  return bracket;
}

function newTerm(bracket: SqlBracket, clause: string): void {
  bracket.terms.push(new SqlTerm(clause));
}

/** Last part of a path: `$.a.token`, `{a,token}`. */
export function lastPart(path: string): string {
  let end = path.length;
  while (end > 0 && CLOSING.has(path[end - 1]!)) end--;
  const [, ...parts] = ` ${path.slice(Math.max(0, end - 100), end)}`.split(/[^\p{L}\p{N}_-]/u);
  return (parts.at(-1) ?? '').replace(/^[^\p{L}_]+/u, '');
}

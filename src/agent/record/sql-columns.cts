/** Finds the values of a statement whose column has a secret-looking name. */

import type { Dialect } from '../../domain/library.js';
import { isSecretName } from '../../domain/secret-names.cjs';
import { lastPart, readSqlTree, type SqlBracket, type SqlTerm, type SqlValue } from './sql-tree.cjs';

/** Why a value may be secret. */
export interface SqlVerdict {
  /** Secret names beside it. */
  names: string[];
  /** Positions of the params that name its column: `?? = ?`. */
  named: number[];
  /** Columns of each of its rows: `values ?`. */
  columns?: (string | number)[];
  /** A row without column names, `insert into t values (…)`. */
  isUnknown: boolean;
}

// Arguments are passwords and keys.
const SECRET_FUNCTION =
  /crypt|^hmac$|^pgp_|^aes_|^password$|^old_password$|(?:check|verify|validate|hash|set|change)_?(?:password|passwd|token|otp|secret)$/i;
/** Of a value: a term without commas may have thousands of both. */
const MAX_NAMES = 8;
const IDENTIFIED = /^identified$/i;

/** Values that are, or may be, secret, with the reason. Never throws. */
export function secretValues(sql: string, dialect: Dialect | undefined): Map<SqlValue, SqlVerdict> {
  const found = new Map<SqlValue, SqlVerdict>();
  mark(readSqlTree(sql, dialect), [], found);
  return found;
}

type Names = (string | number)[];

/** Of each value of an insert without columns. */
const UNKNOWN: Readonly<SqlVerdict> = { names: [], named: [], isUnknown: true };

function mark(bracket: SqlBracket, inherited: Names, found: Map<SqlValue, SqlVerdict>): void {
  if (bracket.columns !== undefined) nameItems(bracket, namesOf(bracket.columns));
  if (bracket.insert !== undefined) nameInserted(bracket, bracket.insert.columns, found);
  const { isSelect } = bracket;
  bracket.terms.forEach((term, i) => {
    if (term.values.length + term.children.length === 0) return;
    const isOwn =
      bracket.isNamed ||
      bracket.isLogical ||
      term.clause === 'when' ||
      (isSelect && term.clause !== 'select');
    const names = [...(isOwn ? [] : inherited), ...term.names];
    const key = bracket.fn === '' ? undefined : literalName(bracket.terms[i - 1]);
    if (key !== undefined) names.push(key);
    if (SECRET_FUNCTION.test(bracket.fn))
      names.push(bracket.fn.includes('password') ? bracket.fn : 'password');
    markTerm(term, names, found);
  });
}

function markTerm(term: SqlTerm, names: Names, found: Map<SqlValue, SqlVerdict>): void {
  const row = term.children.find((child) => isNameRow(child));
  if (row !== undefined) {
    for (const child of term.children) if (child !== row) nameItems(child, namesOf(row));
  } else for (const child of term.children) names.push(...bubbled(child, 0));
  const secret = secretsOf(names);
  for (const value of term.values) {
    const own = typeof value.param === 'string' && isSecretName(value.param) ? [value.param] : [];
    for (const name of [...secret, ...own]) addName(found, value, name);
  }
  for (const child of term.children) mark(child, child.isLogical ? [] : secret, found);
}

function secretsOf(names: Names): Names {
  const secret = names.filter((name) => typeof name === 'number' || isSecret(name));
  return secret.length < 2 ? secret : [...new Set(secret)].slice(0, MAX_NAMES);
}

function isSecret(name: string): boolean {
  return isSecretName(name) || IDENTIFIED.test(name);
}

function verdictOf(found: Map<SqlValue, SqlVerdict>, value: SqlValue): SqlVerdict {
  let verdict = found.get(value);
  if (verdict === undefined || verdict === UNKNOWN)
    found.set(value, (verdict = { names: [], named: [], isUnknown: verdict === UNKNOWN }));
  return verdict;
}

function addName(found: Map<SqlValue, SqlVerdict>, value: SqlValue, name: string | number): void {
  const { names, named } = verdictOf(found, value);
  if (typeof name === 'number') named.push(name);
  else names.push(IDENTIFIED.test(name) ? 'password' : name);
}

/** `(a, password)`. */
function isNameRow({ fn, terms, isLogical }: SqlBracket): boolean {
  return (
    fn === '' &&
    !isLogical &&
    terms.length > 1 &&
    terms.every(({ names, values, children }) => names.length === 1 && values.length + children.length === 0)
  );
}

/** Names inside a call or a bracket belong to the term around it: `lower(token) = $1`. */
function bubbled(bracket: SqlBracket, depth: number): Names {
  if (bracket.isLogical || bracket.isNamed || bracket.kind !== 'list' || depth > 4) return [];
  if (bracket.terms.some(({ clause }) => clause !== '')) return [];
  const names: Names = [];
  for (const term of bracket.terms.slice(0, 50)) {
    for (const name of term.names) if (typeof name === 'string' && isSecret(name)) names.push(name);
    for (const child of term.children.slice(0, 10)) names.push(...bubbled(child, depth + 1));
  }
  return names;
}

function namesOf({ terms }: SqlBracket): Names {
  return terms.map(({ names }) => names[0] ?? '');
}

/** Gives each item of a row its column's name; of a list of rows, to those of each. */
function nameItems(bracket: SqlBracket, columns: Names): void {
  const isRows = (clause: string) => bracket.terms.filter((term) => term.clause === clause);
  const selected = isRows('select');
  const items = selected.length > 0 ? selected : bracket.terms;
  if (bracket.terms.some(({ clause }) => clause === 'values')) {
    for (const { children } of isRows('values')) for (const row of children) nameItems(row, columns);
  } else if (
    bracket.fn === '' &&
    items.every(
      ({ names, values, children }) =>
        names.length + values.length === 0 &&
        children.length === 1 &&
        children[0]!.terms.length === columns.length,
    )
  ) {
    for (const { children } of items) nameItems(children[0]!, columns);
  } else {
    bracket.isNamed = selected.length === 0;
    items.forEach((term, i) => {
      if (columns[i] !== undefined) term.addName(columns[i]);
    });
  }
}

function nameInserted(
  bracket: SqlBracket,
  columnList: SqlBracket | undefined,
  found: Map<SqlValue, SqlVerdict>,
): void {
  const columns = columnList && namesOf(columnList);
  const { terms } = bracket;
  const start = terms.map(({ clause }) => clause).lastIndexOf('into');
  const end = terms.findIndex(({ clause }, i) => i > start && /^(?:on|returning)$/.test(clause));
  const body = terms.slice(start, end < 0 ? terms.length : end);
  const isSelect = body.some(({ clause }) => clause === 'select');
  if (isSelect && columns !== undefined) {
    nameItems(
      { ...bracket, terms: body.filter(({ clause }) => clause === 'select' || clause === '') },
      columns,
    );
    // `select * from unnest($1, $2)`
    for (const { clause, children } of body)
      if (clause === 'from') for (const child of children) if (child.fn !== '') nameItems(child, columns);
  }
  for (const { clause, values, children } of body) {
    if (columns === undefined && clause === 'select') for (const value of values) setUnknown(found, value);
    if (clause !== 'values') continue;
    for (const row of children) {
      if (columns === undefined) for (const term of row.terms) markUnknown(term, found, 0);
      else if (row.terms.length === 1 && (columns.length > 1 || typeof columns[0] === 'number'))
        for (const value of row.terms[0]!.values) verdictOf(found, value).columns = columns;
      else nameItems(row, columns);
    }
    // mysql's `values ?` has all rows in one param.
    for (const value of values) {
      const verdict = verdictOf(found, value);
      if (columns === undefined) verdict.isUnknown = true;
      else verdict.columns = columns;
    }
  }
}

function setUnknown(found: Map<SqlValue, SqlVerdict>, value: SqlValue): void {
  // A named placeholder has the name of its column, mostly.
  if (typeof value.param === 'string') return;
  if (found.has(value)) verdictOf(found, value).isUnknown = true;
  else found.set(value, UNKNOWN);
}

function markUnknown(term: SqlTerm, found: Map<SqlValue, SqlVerdict>, depth: number): void {
  for (const value of term.values) setUnknown(found, value);
  if (depth < 4)
    for (const { terms } of term.children) for (const inner of terms) markUnknown(inner, found, depth + 1);
}

/** A literal that names the value behind it: `jsonb_set(data, '{password}', $1)`. */
function literalName(term: SqlTerm | undefined): string | undefined {
  const [value, ...others] = term?.values ?? [];
  if (value === undefined || others.length > 0 || value.token.type !== 'string') return undefined;
  const name = lastPart(value.token.text);
  return isSecretName(name) ? name : undefined;
}

/** Refusals of statements that are not run again: they write, lock, wait, or do more than read. */

import { sideEffectOf } from '../plan/statement.js';
import { computeFingerprint } from '../sql/fingerprint.js';
import { NAME, OPERATOR, SEMICOLON, WORD } from '../sql/token-kinds.js';
import { calledFunctions } from './clauses.js';
import type { Template, Term } from './template.js';

/** Words that write wherever they stand as a statement: in CTEs, too. */
const WRITES = /^(?:INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE|CALL|DO|COPY)$/;
/** Functions of MySQL and MariaDB that give another value at each call, or depend on what was run before. */
const UNREPEATABLE =
  /^(?:rand|random|uuid|uuid_short|sys_guid|found_rows|row_count|sysdate|connection_id|changes|total_changes|last_insert_rowid|randomblob)$/;

/** Reason not to run a loop's statement, as a sentence. */
export function loopRefusal({ terms, dialect }: Pick<Template, 'terms' | 'dialect'>): string | undefined {
  // What would be run, rather than what the first call was: it may be of another form.
  const sql = terms.map(({ written, spaced }) => (spaced ? ` ${written}` : written)).join('');
  if (terms.some(({ kind }) => kind === SEMICOLON)) return 'These are several statements in one text.';
  const { verb, isWrite } = computeFingerprint(sql, dialect);
  const writing = terms.find(
    ({ kind, text }, n) => kind === WORD && WRITES.test(text) && isStatement(terms, n),
  );
  if (isWrite || writing !== undefined)
    return `This ${writing?.text ?? verb} writes; only statements that read are tried.`;
  if (verb !== 'SELECT') return `Only a SELECT can be tried, and this is ${verb === '' ? 'none' : verb}.`;
  const effect = sideEffectOf(sql, dialect);
  if (effect !== undefined) return `The statement is not run again: ${effect}.`;
  const unrepeatable = functionsOf(terms).find((name) => UNREPEATABLE.test(name));
  return unrepeatable === undefined
    ? undefined
    : `${unrepeatable}() gives another value at each call, so that rows cannot be compared.`;
}

/** Functions that are called, in lower case; words such as `lock` are names of functions, too. */
export function functionsOf(terms: Pick<Term, 'kind' | 'text'>[]): string[] {
  return calledFunctions(terms, ({ kind }) => kind === NAME || kind === WORD);
}

/** Operators as they are written and as a server knows them, each once. */
export function operatorsOf(terms: Pick<Term, 'kind' | 'text' | 'written'>[]): string[] {
  return [...new Set(terms.flatMap(({ kind, text, written }) => (kind === OPERATOR ? [written, text] : [])))];
}

// REPLACE(a, b) and INSERT(…) are functions, FOR UPDATE and FOR NO KEY UPDATE locks.
function isStatement(terms: Template['terms'], n: number): boolean {
  return terms[n + 1]?.text !== '(' && !/^(?:FOR|KEY|\.)$/.test(terms[n - 1]?.text ?? '');
}

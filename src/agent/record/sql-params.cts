/** Masks SQL parameters that are bound to columns with secret-looking names. */

import { isSecretName, REDACTED } from '../../domain/redact.cjs';
import { serialize } from './serialize.cjs';

const MAX_PARAMS = 1000;
const MAX_STATEMENTS = 1000;
/** Positions of secret parameters by statement, which is parsed once. */
const secretsByStatement = new Map<string, Set<number> | undefined>();
const TOKEN =
  /'(?:[^']|'')*'|\$(\d+)|\?|(?:"[^"]*"|`[^`]*`|[a-z_][\w$]*)(?:\s*\.\s*(?:"[^"]*"|`[^`]*`|[a-z_][\w$]*))*|[(),]/gi;
// Words that may stand between a column and its value.
const OPERATOR_WORD = /^(?:like|ilike|in|is|not|any|all|and|or|between|cast|as|values?)$/i;

/** Serialized values of `?` and `$1` placeholders, secrets masked; at most 1000 of them. */
export function maskParams(sql: string, values: unknown[]): unknown[] {
  const secrets = secretsOf(sql);
  const masked: unknown[] = [];
  const count = Math.min(values.length, MAX_PARAMS);
  for (let i = 0; i < count; i++) {
    const value = values[i];
    masked.push(
      secrets?.has(i) === true && value !== null && value !== undefined ? REDACTED : serialize(value),
    );
  }
  if (values.length > MAX_PARAMS) masked.push(`… (${values.length} params)`);
  return masked;
}

const NAMED_PLACEHOLDER = /'(?:[^']|'')*'|:([a-z_]\w*)/gi;

/** Serialized values of named placeholders (`:name`), secrets masked. */
export function maskNamedParams(sql: string, values: object): Record<string, unknown> {
  const masked = serialize(values) as Record<string, unknown>;
  const names: string[] = [];
  const numbered = sql.replace(NAMED_PLACEHOLDER, (text, name) =>
    name === undefined ? text : `$${names.push(name)}`,
  );
  for (const position of secretsOf(numbered) ?? []) {
    const name = names[position];
    if (name !== undefined && masked[name] !== undefined && masked[name] !== null) masked[name] = REDACTED;
  }
  return masked;
}

/** 0-based positions of the parameters whose column has a secret-looking name. */
function secretsOf(sql: string): Set<number> | undefined {
  if (secretsByStatement.has(sql)) return secretsByStatement.get(sql);
  if (secretsByStatement.size >= MAX_STATEMENTS) secretsByStatement.clear();
  const secrets = isSecretName(sql) ? findSecrets(sql) : undefined;
  secretsByStatement.set(sql, secrets);
  return secrets;
}

function findSecrets(sql: string): Set<number> {
  const secrets = new Set<number>();
  let column = '';
  let previousName = '';
  let position = 0;
  let insertColumns: string[] | undefined;
  let inValues = false;
  let names: string[] = [];
  let depth = 0;
  let item = 0;
  for (const [token, number] of sql.matchAll(TOKEN)) {
    if (token === '(') {
      // The last name is a function's, not the column's: `password = crypt($1, …)`.
      column = previousName;
      if (++depth === 1) {
        names = [];
        item = 0;
      }
    } else if (token === ')') {
      if (--depth === 0 && !inValues) insertColumns = names;
    } else if (token === ',') {
      if (depth === 1) item++;
    } else if (token === '?' || number !== undefined) {
      const index = number === undefined ? position++ : Number(number) - 1;
      if (isSecretName(inValues ? (insertColumns?.[item] ?? '') : column)) secrets.add(index);
    } else if (/^values?$/i.test(token)) {
      inValues = insertColumns !== undefined;
    } else if (/^(?:on|returning|set|where)$/i.test(token)) {
      inValues = false;
    } else if (token[0] !== "'" && !OPERATOR_WORD.test(token)) {
      previousName = column;
      column = token;
      if (depth === 1) names[item] = token;
    }
  }
  return secrets;
}

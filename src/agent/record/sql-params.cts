/** SQL parameters fit to be told: those bound to secret-looking names are masked. */

import { isSecretName, REDACTED } from '../../domain/redact.cjs';
import { serialize } from './serialize.cjs';

const MOST_PARAMS = 1000;
const MOST_TEXTS = 1000;
/** Per statement: which parameters are secret; asked often, and answered by reading the text once. */
const known = new Map<string, Set<number> | undefined>();
const TOKEN =
  /'(?:[^']|'')*'|\$(\d+)|\?|(?:"[^"]*"|`[^`]*`|[a-z_][\w$]*)(?:\s*\.\s*(?:"[^"]*"|`[^`]*`|[a-z_][\w$]*))*|[(),]/gi;
// Words between a column and its value.
const BETWEEN = /^(?:like|ilike|in|is|not|any|all|and|or|between|cast|as|values?)$/i;

/** Answers the values as they may be told, at most 1000 of them. */
export function maskParams(sql: string, values: unknown[]): unknown[] {
  const secrets = secretsOf(sql);
  const told: unknown[] = [];
  const count = Math.min(values.length, MOST_PARAMS);
  for (let i = 0; i < count; i++) {
    const value = values[i];
    told.push(
      secrets?.has(i) === true && value !== null && value !== undefined ? REDACTED : serialize(value),
    );
  }
  if (values.length > MOST_PARAMS) told.push(`… (${values.length} params)`);
  return told;
}

const PLACEHOLDER = /'(?:[^']|'')*'|:([a-z_]\w*)/gi;

/** Answers the values of named placeholders (`:name`) as they may be told. */
export function maskNamedParams(sql: string, values: object): Record<string, unknown> {
  const told = serialize(values) as Record<string, unknown>;
  const names: string[] = [];
  const numbered = sql.replace(PLACEHOLDER, (text, name) =>
    name === undefined ? text : `$${names.push(name)}`,
  );
  for (const at of secretsOf(numbered) ?? []) {
    const name = names[at];
    if (name !== undefined && told[name] !== undefined && told[name] !== null) told[name] = REDACTED;
  }
  return told;
}

/** Answers the positions, from 0, of the parameters whose column has a secret-looking name. */
function secretsOf(sql: string): Set<number> | undefined {
  if (known.has(sql)) return known.get(sql);
  if (known.size >= MOST_TEXTS) known.clear();
  const secrets = isSecretName(sql) ? findSecrets(sql) : undefined;
  known.set(sql, secrets);
  return secrets;
}

function findSecrets(sql: string): Set<number> {
  const secrets = new Set<number>();
  let name = '';
  let before = '';
  let position = 0;
  let columns: string[] | undefined;
  let inValues = false;
  let list: string[] = [];
  let depth = 0;
  let item = 0;
  for (const [token, number] of sql.matchAll(TOKEN)) {
    if (token === '(') {
      // A function's name stands before its arguments, not the column's: `password = crypt($1, …)`.
      name = before;
      if (++depth === 1) {
        list = [];
        item = 0;
      }
    } else if (token === ')') {
      if (--depth === 0 && !inValues) columns = list;
    } else if (token === ',') {
      if (depth === 1) item++;
    } else if (token === '?' || number !== undefined) {
      const at = number === undefined ? position++ : Number(number) - 1;
      if (isSecretName(inValues ? (columns?.[item] ?? '') : name)) secrets.add(at);
    } else if (/^values?$/i.test(token)) {
      inValues = columns !== undefined;
    } else if (/^(?:on|returning|set|where)$/i.test(token)) {
      inValues = false;
    } else if (token[0] !== "'" && !BETWEEN.test(token)) {
      before = name;
      name = token;
      if (depth === 1) list[item] = token;
    }
  }
  return secrets;
}

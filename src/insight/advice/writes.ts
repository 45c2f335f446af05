/** Suggestions for loops of SQL writes. */

import { sentence } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import type { ReadLine } from '../calls/loop-line.js';
import { conditionText, type LoopCalls } from './advice.js';
import { type MapperCall, mapperCallOf, mapperFactsOf } from './mapper-call.js';
import { type SourceHints, sourceHintsOf } from './source-hints.js';
import { conflictOf, idiomOf, keptConflict, sqlCondition, sqlInsertText } from './sql-text.js';
import { bareName, type Place, placesOf } from './varying.js';

/** Suggestion for SQL writes in a loop. */
export function adviceForWrites(loop: LoopCalls, readLine: ReadLine = () => undefined): string {
  return sentence(writesText(loop, sourceHintsOf(loop.site ?? loop.calls[0]!.site, readLine)));
}

/** The same, within a sentence. */
export function writesText(loop: LoopCalls, hints: SourceHints): string {
  const call = loop.calls[0]!;
  const found = mapperCallOf(call);
  if (found?.methods.some((method) => /(?:^|\.)flush$/.test(method)))
    return 'change all in the loop, and `await em.flush()` once after it';
  if (call.verb === 'INSERT' || call.verb === 'REPLACE')
    return `insert all rows at once: ${loop.calls.some(isTaken) ? newRowsText(call, found, hints) : insertText(call, found, hints)}`;
  const places = placesOf(loop as never);
  const keys = keysOf(places);
  const changed = places.filter(({ clause, varies }) => clause === 'SET' && varies);
  if (call.verb === 'DELETE')
    return `delete all at once: ${keys ? changeText(call, found, keys, hints) : 'one condition that holds for all of them'}`;
  if (changed.length > 0)
    return `update all at once: ${updateEachText(call, found, keys?.columns, assignedPlaces(places), hints)}`;
  return `update all at once, as they get the same values: ${keys ? changeText(call, found, keys, hints) : 'one condition that holds for all of them'}`;
}

// Also those that get the same value each time: without them, or with too many, the rows get another state.
function assignedPlaces(places: Place[]): Place[] {
  return places.filter(({ clause }) => clause === 'SET');
}

/** Columns by which the rows of writes are found, and the placeholder of the first. */
interface Keys {
  columns: string[];
  placeholder: string;
}

// Columns by which the rows are found, if they are compared by equality.
function keysOf(places: Place[]): Keys | undefined {
  const conditions = places.filter(({ clause }) => clause === 'WHERE');
  const varying = conditions.filter(({ varies }) => varies);
  const keys = varying.length > 0 ? varying : conditions.length === 1 ? conditions : [];
  const isEqual = keys.every(({ operator, column }) => /^(?:=|IN|= ANY)$/.test(operator) && column !== '');
  if (keys.length === 0 || !isEqual) return undefined;
  return { columns: [...new Set(keys.map(({ column }) => column))], placeholder: keys[0]!.placeholder };
}

function changeText(
  call: Call,
  found: MapperCall | undefined,
  { columns: keys, placeholder }: Keys,
  hints: SourceHints,
): string {
  if (!found || found.isRaw) return sqlCondition(call, keys, placeholder);
  const facts = mapperFactsOf(call, found, keys, [], hints);
  if (keys.length > 1) {
    const isCondition = facts && found.mapper.keys(facts).startsWith('.');
    return isCondition
      ? `\`${found.mapper.keys(facts)}\` with all pairs`
      : sqlCondition(call, keys, placeholder);
  }
  if (/(?:^|\.)(?:increment|decrement)$/.test(found.method))
    return `with one ${found.method.replace(/^.*\./, '')} of all, by a condition on \`${bareName(keys[0]!)}\` with all values`;
  if (!facts) return conditionText({ calls: [call] }, { columns: keys }, hints);
  return `\`${call.verb === 'DELETE' ? found.mapper.remove(facts) : found.mapper.update(facts)}\``;
}

const TAKEN = /^(?:23505|ER_DUP_ENTRY|1062|SQLITE_CONSTRAINT)|duplicate (?:key|entry)|UNIQUE constraint/i;

/** Whether an INSERT failed because there is such a row already. */
function isTaken({ span }: Call): boolean {
  return span.error !== undefined && TAKEN.test(span.error);
}

// As one statement they all fail with the first that is there already.
function newRowsText(call: Call, found: MapperCall | undefined, hints: SourceHints): string {
  const insertNew = found?.isRaw ? undefined : found?.mapper.insertNew;
  // Kysely and Prisma have another call for MySQL, Drizzle for each database.
  const isPlain = call.dialect !== 'mysql' || !/^(?:Kysely|Prisma)$/.test(found?.mapper.name ?? '');
  const facts = insertNew && isPlain ? mapperFactsOf(call, found!, [], [], hints) : undefined;
  const why = 'some are there already, and one of them would fail all';
  if (insertNew && facts) return `\`${insertNew(facts)}\`: ${why}`;
  const clause = call.dialect === 'mysql' ? 'INSERT IGNORE' : 'ON CONFLICT DO NOTHING';
  return `${insertText(call, found, hints)}, as \`${clause}\`: ${why}`;
}

/** INSERT of all rows, within a sentence. */
export function insertText(call: Call, found: MapperCall | undefined, hints: SourceHints): string {
  if (!found || found.isRaw) return sqlInsertText(call);
  const { mapper, method } = found;
  const clause = conflictOf(call);
  const { conflict, keys, changed } = clause;
  const facts = mapperFactsOf(call, found, keys, changed, hints);
  if (!facts) return `with the rows of all in one call of ${mapper.name}`;
  if (mapper.name === 'Prisma' && (conflict !== '' || isUpsert(hints)))
    return `look for all with one findMany, then create those that are missing with \`${mapper.insert(facts)}\``;
  if (conflict === '')
    return mapper.name === 'TypeORM' && /(?:^|\.)save$/.test(method)
      ? `\`${facts.receiver}.save(${facts.entity}rows)\``
      : `\`${mapper.insert(facts)}\``;
  if (mapper.upsert && changed.length > 0) return `\`${mapper.upsert(facts)}\``;
  return `\`${mapper.insert(facts)}\`, ${keptConflict(clause)}`;
}

/** Whether a call's source looks for the row before it writes. */
export function isUpsert({ call }: SourceHints): boolean {
  return /\.(?:upsert|save|findOrCreate|updateOrCreate)\s*\(/.test(call);
}

function updateEachText(
  call: Call,
  found: MapperCall | undefined,
  keys: string[] | undefined,
  changed: Place[],
  hints: SourceHints,
): string {
  const names = [...new Set(changed.map(({ column }) => column))];
  const isPlain =
    keys?.length === 1 &&
    names.length === assignmentsOf(call) &&
    names.every((name) => name !== '' && isAssigned(call, bareName(name)));
  if (!isPlain) return 'one UPDATE that is joined to a list of all rows (VALUES, or JSON)';
  const isWholeRow = found !== undefined && /(?:^|\.)save$|^model\.update$/.test(found.method);
  if (found && isWholeRow && found.mapper.updateEach) {
    const facts = mapperFactsOf(call, found, keys!, names, hints);
    if (facts) return `\`${found.mapper.updateEach(facts)}\` with whole rows`;
  }
  const [key] = keys as [string];
  const statement = idiomOf(call).updateEach(
    quotedAs(call, call.sql!.tables[0] ?? '…'),
    names.map((name) => quotedAs(call, bareName(name))),
    quotedAs(call, bareName(key)),
  );
  if (!found) return statement;
  const text = statement.replace(/\$1|(?<=json_each\()\?/, () => found.mapper.json ?? '$1');
  return found.isRaw ? text : `${found.mapper.name} has no call for it; in SQL, ${text}`;
}

// `SET title = ?, seen = now()` are two.
function assignmentsOf({ shape }: Call): number {
  const text = /\bSET (.*?)(?: WHERE | FROM | RETURNING |$)/i.exec(shape)?.[1] ?? '';
  let depth = 0;
  let count = 1;
  for (const char of text) {
    if (char === '(') depth++;
    else if (char === ')') depth--;
    else if (char === ',' && depth === 0) count++;
  }
  return count;
}

// SET title = ?, not SET n = n + ?
function isAssigned({ shape }: Call, column: string): boolean {
  return new RegExp(
    `[ ."\`]${column.replaceAll('$', '\\$')}["\`]? = (?:\\?|CAST\\(\\?[^)]*\\))(?:,| WHERE| FROM| RETURNING|$)`,
    'i',
  ).test(shape);
}

function quotedAs({ span }: Call, name: string): string {
  const escaped = name.replaceAll('$', '\\$');
  return new RegExp(`(["\`])${escaped}\\1`).exec(span.name)?.[0] ?? name;
}

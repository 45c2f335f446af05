/** Rule: repeated queries with the same values, without a write in between to their tables. */

import { formatSite } from '../../domain/site.js';
import { formatCount, formatMs } from '../../domain/text.js';
import { mapperCallOf } from '../advice/mapper-call.js';
import { adviceForRepeats, adviceForSameQuery } from '../advice/repeats.js';
import type { Call } from '../calls/calls.js';
import { isSameCallPath, runningMs } from '../calls/loops.js';
import { isPolling } from '../patterns/polling.js';
import { contextOf } from '../patterns/sessions.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

// Reads that lock, or return another value each time.
const NOT_REPEATABLE =
  /\b(?:FOR (?:UPDATE|SHARE|NO KEY|KEY)|LOCK IN SHARE MODE|TABLESAMPLE|nextval|currval|CURRENT_(?:DATE|TIME|TIMESTAMP)|LOCALTIME|LOCALTIMESTAMP)\b/i;
const CHANGING_FUNCTION =
  /\b(?:lastval|setval|last_insert_id|last_insert_rowid|found_rows|row_count|changes|total_changes|random|randomblob|random_normal|rand|uuid|uuid_short|uuid_generate_\w+|uuidv[47]|gen_random_\w+|newid|now|sysdate|getdate|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday|unix_timestamp|utc_(?:date|time|timestamp)|current_(?:date|time|timestamp)|curdate|curtime|localtime|localtimestamp|benchmark|(?:get|release|is_free|is_used)_lock|pg_(?:try_)?advisory\w*|txid_\w+|pg_current_\w+)\s?\(/i;
// date('now') of SQLite, timestamp 'now' of PostgreSQL.
const NOW_LITERAL = /'now'/i;
// A row that says whether something is locked, or whose turn it is.
const LOCK_TABLE = /(?:^|[._])(?:locks?|mutex(?:es)?|leases?|semaphores?|leaders?|heartbeats?)$/i;

/** Equal calls with nothing between them that could change their result. */
interface Repetition {
  calls: Call[];
}

export const duplicates: Rule = (scene) => {
  const byShapeAndSite = new Map<string, Repetition[]>();
  for (const repetition of repetitionsOf(scene)) {
    const { shape, positions } = repetition.calls[0]!;
    const key = `${shape} ${isOneCallPath(repetition) ? positions[0] : '*'}`;
    const group = byShapeAndSite.get(key);
    if (group) group.push(repetition);
    else byShapeAndSite.set(key, [repetition]);
  }
  const drafts: Draft[] = [];
  for (const repetitions of byShapeAndSite.values()) {
    const draft = draftOf(scene, repetitions);
    if (!draft) continue;
    for (const call of draft.calls) scene.claimed.add(call);
    drafts.push(draft);
  }
  return drafts;
};

function repetitionsOf(scene: Scene): Repetition[] {
  const current = new Map<string, Repetition & { time: number }>();
  const ended: Repetition[] = [];
  const writes = new WriteHistory();
  for (const call of scene.calls) {
    writes.record(call);
    if (!isCandidate(scene, call)) continue;
    const key = `${contextOf(scene, call)} ${call.exactKey}`;
    const repetition = current.get(key);
    const isRepeat =
      repetition &&
      repetition.calls.at(-1)!.span.error === undefined &&
      !writes.hasChanged(call.sql!.tables, repetition.time);
    if (isRepeat) {
      repetition.calls.push(call);
      repetition.time = writes.clock;
    } else {
      if (repetition) ended.push(repetition);
      current.set(key, { calls: [call], time: writes.clock });
    }
  }
  return [...ended, ...current.values()].filter(({ calls }) => calls.length > 1 && !isPolling(scene, calls));
}

/** Logical times of the last write to each table, and of the last call that may write to any. */
class WriteHistory {
  clock = 0;
  #lastUnknownWrite = 0;
  readonly #lastWriteByTable = new Map<string, number>();

  record(call: Call): void {
    const { sql, verb } = call;
    const { kind } = call.span;
    // A service may write to the same database; after BEGIN rows may be locked, or read anew.
    const mayWriteAnything =
      kind === 'rpc' ||
      (kind === 'http' && verb !== 'GET' && verb !== 'HEAD') ||
      verb === 'BEGIN' ||
      verb === 'START';
    if (mayWriteAnything || (sql?.isWrite && sql.tables.length === 0)) this.#lastUnknownWrite = ++this.clock;
    else if (sql?.isWrite) for (const table of sql.tables) this.#lastWriteByTable.set(table, ++this.clock);
  }

  /** Whether one of the tables may have changed after a logical time. */
  hasChanged(tables: string[], time: number): boolean {
    return (
      this.#lastUnknownWrite > time || tables.some((table) => (this.#lastWriteByTable.get(table) ?? 0) > time)
    );
  }
}

function isCandidate(scene: Scene, call: Call): boolean {
  if (call.span.kind !== 'sql' || call.verb !== 'SELECT' || call.sql!.isWrite || call.isSetup) return false;
  if (scene.claimed.has(call)) return false;
  if (
    NOT_REPEATABLE.test(call.shape) ||
    CHANGING_FUNCTION.test(call.shape) ||
    NOW_LITERAL.test(call.span.name)
  )
    return false;
  return !call.sql!.tables.some((table) => LOCK_TABLE.test(table));
}

function isOneCallPath({ calls }: Repetition): boolean {
  const [first] = calls;
  return calls.every(
    ({ positions, callers }) =>
      positions[0] === first!.positions[0] && isSameCallPath(callers, first!.callers, 2),
  );
}

// Masked values may differ: a session by its secret id, asked for by three lines, is one session all
// the same; what one line asks for again need not be.
function isUncertain({ calls }: Repetition): boolean {
  if (!calls.some(({ isMasked }) => isMasked)) return false;
  const paths = new Set(calls.map(({ positions }) => positions.slice(0, 3).join(' ')));
  const rows = new Set(calls.map(({ span }) => span.rows));
  return paths.size < calls.length || rows.size > 1 || (calls[0]!.span.rows ?? 0) > 1;
}

// `save`, `remove` and `upsert` of an ORM look at the row, and at its relations, before they write.
const WRITE_METHOD =
  /(?:^|\.)(?:\w*save|\w*remove|upsert\w*|destroy|update|delete|flush|persist\w*|findOrCreate|increment|decrement)$/i;

/** Whether the ORM asked by itself, all but once: the app has nothing to keep. */
function isOfMapper({ calls }: Repetition): boolean {
  const asked = calls.filter((call) => {
    const found = mapperCallOf(call);
    return found === undefined || found.isRaw || !found.methods.some((method) => WRITE_METHOD.test(method));
  });
  return asked.length < calls.length && asked.length < 2;
}

function draftOf(scene: Scene, all: Repetition[]): Draft | undefined {
  const repetitions = all.filter((repetition) => !isUncertain(repetition) && !isOfMapper(repetition));
  if (repetitions.length === 0) return undefined;
  const calls = repetitions.flatMap((repetition) => repetition.calls);
  const waste = repetitions.reduce((sum, repetition) => sum + runningMs(repetition.calls.slice(1)), 0);
  const total = runningMs(calls);
  if (!isOneCallPath(repetitions[0]!))
    return repetitions.some((repetition) => repetition.calls.length >= 3)
      ? severalSitesDraft(scene, repetitions, waste)
      : undefined;
  const maxCalls = Math.max(...repetitions.map((repetition) => repetition.calls.length));
  if (maxCalls < 3 && total < 2) return undefined;
  return oneSiteDraft(scene, repetitions, calls, waste);
}

function oneSiteDraft(scene: Scene, repetitions: Repetition[], calls: Call[], waste: number): Draft {
  const [call] = calls;
  const repeats = calls.length - repetitions.length;
  const where = call!.site ? formatSite(call!.site) : call!.span.library;
  const values =
    repetitions.length === 1 ? 'the same values' : `only ${repetitions.length} different sets of values`;
  return {
    kind: 'duplicate',
    severity: repeats >= scene.limits.loopHigh || waste >= scene.limits.loopHighMs ? 'medium' : 'low',
    message: `${where} ran \`${call!.label}\` ${calls.length} times with ${values}; ${formatCount(repeats, 'repeat')} cost ${formatMs(waste)}`,
    suggestion: adviceForRepeats(calls),
    calls,
    site: call!.site,
    shape: call!.shape,
    ms: waste,
    ...weighConfidence(
      0.7,
      [true, 0, 'same statement, same values'],
      [true, 0.1, 'nothing in between wrote to its tables'],
      [call!.site === undefined, -0.2, 'no line of the app is known'],
      [calls.length === 2, -0.2, 'only twice'],
    ),
  };
}

function severalSitesDraft(scene: Scene, repetitions: Repetition[], waste: number): Draft {
  const frequent = repetitions.filter((repetition) => repetition.calls.length >= 3);
  const calls = frequent.flatMap((repetition) => repetition.calls);
  const [call] = calls;
  return {
    kind: 'same-query',
    severity: waste >= scene.limits.loopHighMs ? 'medium' : 'low',
    message: `\`${call!.label}\` ran ${calls.length} times with the same values, ${originText(calls)}`,
    suggestion: adviceForSameQuery(calls),
    calls,
    site: call!.site,
    shape: call!.shape,
    ms: waste,
    ...weighConfidence(
      0.6,
      [true, 0.1, 'same statement, same values'],
      [true, 0.1, 'nothing in between wrote to its tables'],
      [waste < 2, -0.1, 'it costs little'],
      [call!.isMasked, -0.2, 'its values are secret: they may differ'],
    ),
  };
}

// If all calls are from one line, its callers are listed as well.
function originText(calls: Call[]): string {
  const sites = [...new Set(calls.flatMap((call) => (call.site ? formatSite(call.site) : [])))];
  if (sites.length !== 1) return `from ${listOf(sites)}`;
  const callers = [...new Set(calls.flatMap(({ callers: [first] }) => (first ? formatSite(first) : [])))];
  return `from ${sites[0]}${callers.length > 1 ? `, called at ${listOf(callers)}` : ''}`;
}

function listOf(sites: string[]): string {
  const more = sites.length > 4 ? `, and ${formatCount(sites.length - 4, 'other line')}` : '';
  return sites.slice(0, 4).join(', ') + more;
}

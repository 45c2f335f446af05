/** The same question with the same values, asked again although nothing can have changed. */

import { formatSite } from '../../domain/site.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { Call } from '../calls/calls.js';
import { isSameCallPath } from '../calls/loops.js';
import { isPolling } from '../patterns/polling.js';
import { type Draft, type Rule, type Scene, weighConfidence } from '../scene.js';

// Reads that are meant to answer something else each time, or to lock.
const MEANT =
  /\b(?:FOR (?:UPDATE|SHARE|NO KEY|KEY)|nextval|currval|lastval|last_insert_id|last_insert_rowid|found_rows|row_count|changes|random|rand|gen_random_uuid|clock_timestamp|pg_sleep|sleep|get_lock|release_lock|pg_(?:try_)?advisory\w*|txid_current|setval)\b/i;

/** The same call, again and again, with nothing in between that could change its answer. */
interface Run {
  calls: Call[];
}

export const duplicates: Rule = (scene) => {
  const byShape = new Map<string, { shape: string; runs: Run[] }>();
  for (const run of runsOf(scene)) {
    const { shape, way } = run.calls[0]!;
    const key = `${shape} ${isOneWay(run) ? way[0] : '*'}`;
    const entry = byShape.get(key);
    if (entry) entry.runs.push(run);
    else byShape.set(key, { shape: run.calls[0]!.shape, runs: [run] });
  }
  const drafts: Draft[] = [];
  for (const { runs } of byShape.values()) {
    const draft = draftOf(scene, runs);
    if (!draft) continue;
    for (const call of draft.calls) scene.claimed.add(call);
    drafts.push(draft);
  }
  return drafts;
};

function runsOf(scene: Scene): Run[] {
  const runs = new Map<string, Run & { seen: number }>();
  const done: Run[] = [];
  const changes = new Changes();
  for (const call of scene.calls) {
    changes.see(call);
    if (!isCandidate(scene, call)) continue;
    const run = runs.get(call.exact);
    const again =
      run && run.calls.at(-1)!.span.error === undefined && !changes.since(run.seen, call.sql!.tables);
    if (again) {
      run.calls.push(call);
      run.seen = changes.clock;
    } else {
      if (run) done.push(run);
      runs.set(call.exact, { calls: [call], seen: changes.clock });
    }
  }
  return [...done, ...runs.values()].filter((run) => run.calls.length > 1 && !isPolling(scene, run.calls));
}

/** When something last happened that could change what a read answers. */
class Changes {
  clock = 0;
  #anything = 0;
  readonly #tables = new Map<string, number>();

  see(call: Call): void {
    const { sql, verb } = call;
    const { kind } = call.span;
    // Who was asked may have written; and read again inside a transaction, rows may be locked or seen anew.
    const anything =
      kind === 'rpc' ||
      (kind === 'http' && verb !== 'GET' && verb !== 'HEAD') ||
      verb === 'BEGIN' ||
      verb === 'START';
    if (anything || (sql?.isWrite && sql.tables.length === 0)) this.#anything = ++this.clock;
    else if (sql?.isWrite) for (const table of sql.tables) this.#tables.set(table, ++this.clock);
  }

  /** Answers whether these tables may have changed after that time. */
  since(time: number, tables: string[]): boolean {
    return this.#anything > time || tables.some((table) => (this.#tables.get(table) ?? 0) > time);
  }
}

function isCandidate(scene: Scene, call: Call): boolean {
  if (call.span.kind !== 'sql' || call.verb !== 'SELECT' || call.sql!.isWrite || call.isSetup) return false;
  return !call.masked && !scene.claimed.has(call) && !MEANT.test(call.shape);
}

// All from one line, by one way.
function isOneWay({ calls }: Run): boolean {
  const [first] = calls;
  return calls.every(
    ({ way, callers }) =>
      way[0] === first!.way[0] && isSameCallPath(callers.slice(0, 2), first!.callers.slice(0, 2)),
  );
}

function draftOf(scene: Scene, runs: Run[]): Draft | undefined {
  const calls = runs.flatMap((run) => run.calls);
  const waste = runs.reduce((sum, run) => sum + timeOf(run.calls.slice(1)), 0);
  const total = timeOf(calls);
  if (!isOneWay(runs[0]!))
    return runs.some((run) => run.calls.length >= 3) ? fromSeveral(scene, runs, waste) : undefined;
  const most = Math.max(...runs.map((run) => run.calls.length));
  if (most < 3 && total < 2) return undefined;
  return fromOne(scene, runs, calls, waste);
}

function timeOf(calls: Call[]): number {
  return calls.reduce((sum, { span }) => sum + (span.duration ?? 0), 0);
}

function fromOne(scene: Scene, runs: Run[], calls: Call[], waste: number): Draft {
  const [call] = calls;
  const repeats = calls.length - runs.length;
  const where = call!.site ? formatSite(call!.site) : call!.span.library;
  const values = runs.length === 1 ? 'the same values' : `only ${runs.length} different sets of values`;
  return {
    kind: 'duplicate',
    severity: repeats >= scene.limits.loopHigh || waste >= scene.limits.loopHighMs ? 'medium' : 'low',
    message: `${where} ran \`${call!.label}\` ${calls.length} times with ${values}; ${formatCount(repeats, 'repeat')} cost ${formatMs(waste)}`,
    suggestion:
      'Keep the answer for the rest of the request: a variable, a Map by its key, or a memoised function.',
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

function fromSeveral(scene: Scene, runs: Run[], waste: number): Draft {
  const many = runs.filter((run) => run.calls.length >= 3);
  const calls = many.flatMap((run) => run.calls);
  const [call] = calls;
  return {
    kind: 'same-query',
    severity: waste >= scene.limits.loopHighMs ? 'medium' : 'low',
    message: `\`${call!.label}\` ran ${calls.length} times with the same values, ${fromWhere(calls)}`,
    suggestion:
      'Ask once per request and pass the answer on: on the request object, or memoised per request.',
    calls,
    site: call!.site,
    shape: call!.shape,
    ms: waste,
    ...weighConfidence(
      0.6,
      [true, 0.1, 'same statement, same values'],
      [true, 0.1, 'nothing in between wrote to its tables'],
      [waste < 2, -0.1, 'it costs little'],
    ),
  };
}

// Where all came from one line, the lines that called it tell more.
function fromWhere(calls: Call[]): string {
  const sites = [...new Set(calls.flatMap((call) => (call.site ? formatSite(call.site) : [])))];
  if (sites.length !== 1) return `from ${some(sites)}`;
  const callers = [...new Set(calls.flatMap(({ callers: [first] }) => (first ? formatSite(first) : [])))];
  return `from ${sites[0]}${callers.length > 1 ? `, called at ${some(callers)}` : ''}`;
}

function some(places: string[]): string {
  const more = places.length > 4 ? `, and ${formatCount(places.length - 4, 'other line')}` : '';
  return places.slice(0, 4).join(', ') + more;
}

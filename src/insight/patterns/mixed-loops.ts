/** Mixed loops: one line, or one function, that asks another table for each row, by the row's kind. */

import type { Frame } from '../../domain/trace.js';
import type { Call } from '../calls/calls.js';
import { isLoopLine } from '../calls/loop-line.js';
import { type Loop, loopOf } from '../calls/loops.js';
import type { Scene } from '../scene.js';
import { feedingQueryOf } from './feeding-query.js';

/** Frames above the function that are compared. */
const MAX_CALLERS = 3;

/** Loops over several shapes of SELECT, none of which is a loop by itself. */
export function mixedLoopsOf(scene: Scene): Loop[] {
  const candidates = scene.calls.filter((call) => isCandidate(scene, call));
  if (candidates.length < scene.limits.loop) return [];
  const loops = loopsIn(scene, candidates, inOneFunction);
  const known = new Set(loops.flatMap(({ calls }) => calls));
  const others = candidates.filter((call) => !known.has(call));
  return [...loops, ...loopsIn(scene, others, fromOneLoopLine)];
}

/** What groups the calls of a loop: equal keys; a call without one is in none. */
type KeyOf = (call: Call, scene: Scene) => { key: string; loopSite?: Frame } | undefined;

// The cases of a switch.
const inOneFunction: KeyOf = ({ site, positions }) => ({
  key: [site!.file, site!.function, ...positions.slice(1, 1 + MAX_CALLERS)].join(' '),
});

// A table of functions, or one class for each kind: `loaders[row.kind].load(row.id)` in a loop.
const fromOneLoopLine: KeyOf = ({ callers, positions }, { readLine }) => {
  const at = callers.slice(0, MAX_CALLERS).findIndex((frame) => isLoopLine(frame, readLine, true));
  // The line between, which chooses by the kind, is the same for all, where there is one.
  return at < 0 ? undefined : { key: positions.slice(at + 1).join(' '), loopSite: callers[at]! };
};

function loopsIn(scene: Scene, candidates: Call[], keyOf: KeyOf): Loop[] {
  const groups = new Map<string, { calls: Call[]; loopSite: Frame | undefined }>();
  for (const call of candidates) {
    const { key, loopSite } = keyOf(call, scene) ?? {};
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group) group.calls.push(call);
    else groups.set(key, { calls: [call], loopSite });
  }
  return [...groups.values()].flatMap((group) => {
    const calls = withoutSingles(group.calls);
    if (calls.length < scene.limits.loop) return [];
    const loop = loopOf(calls, calls[0]!.site, group.loopSite);
    return isMixedLoop(scene, loop) ? [loop] : [];
  });
}

function isCandidate(scene: Scene, call: Call): boolean {
  return (
    call.span.kind === 'sql' &&
    call.verb === 'SELECT' &&
    call.site !== undefined &&
    !call.isSetup &&
    !scene.claimed.has(call) &&
    !call.sql!.isBatched
  );
}

// The function's other queries, such as the one that returned the rows, run once.
function withoutSingles(calls: Call[]): Call[] {
  const times = new Map<string, number>();
  for (const { shape } of calls) times.set(shape, (times.get(shape) ?? 0) + 1);
  return calls.filter(({ shape }) => times.get(shape)! > 1);
}

function isMixedLoop(scene: Scene, loop: Loop): boolean {
  const { calls, distinct } = loop;
  const shapes = new Set(calls.map(({ shape }) => shape));
  // A page that asks each table once is no loop.
  if (shapes.size < 2 || shapes.size * 2 > calls.length || distinct < scene.limits.loop) return false;
  if (feedingQueryOf(scene, loop)?.isExact) return true;
  const turns = calls.filter(({ shape }, at) => shape !== calls[at - 1]?.shape).length;
  if (turns <= shapes.size) return false;
  if (loop.loopSite !== undefined) return true;
  const isOneLine = calls.every(({ site }) => site!.line === calls[0]!.site!.line);
  return isOneLine && new Set(calls.map(shapeWithoutTables)).size === 1;
}

function shapeWithoutTables({ shape, sql }: Call): string {
  return sql!.tables.reduce((text, table) => text.replaceAll(table, '…'), shape);
}

/** Mixed loops: one line, or one function, that asks another table for each row, by the row's kind. */

import type { Call } from '../calls/calls.js';
import { type Loop, loopOf } from '../calls/loops.js';
import type { Scene } from '../scene.js';
import { feedingQueryOf } from './feeding-query.js';

/** Frames above the function that are compared. */
const MAX_CALLERS = 3;

/** Loops over several shapes of SELECT, none of which is a loop by itself. */
export function mixedLoopsOf(scene: Scene): Loop[] {
  const groups = new Map<string, Call[]>();
  for (const call of scene.calls) {
    if (!isCandidate(scene, call)) continue;
    const { file, function: name } = call.site!;
    const key = [file, name, ...call.positions.slice(1, 1 + MAX_CALLERS)].join(' ');
    const group = groups.get(key);
    if (group) group.push(call);
    else groups.set(key, [call]);
  }
  return [...groups.values()].flatMap((group) => {
    const calls = withoutSingles(group);
    if (calls.length < scene.limits.loop) return [];
    const loop = loopOf(calls, calls[0]!.site);
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
  const isOneLine = calls.every(({ site }) => site!.line === calls[0]!.site!.line);
  return isOneLine && new Set(calls.map(shapeWithoutTables)).size === 1;
}

function shapeWithoutTables({ shape, sql }: Call): string {
  return sql!.tables.reduce((text, table) => text.replaceAll(table, '…'), shape);
}

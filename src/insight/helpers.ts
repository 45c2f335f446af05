/** Tells the line that asks from the helpers it asks through: `query(text, values)` of the user's own db.js is nobody's fault. */

import type { Frame } from '../trace.js';
import type { Call } from './calls.js';

/** Answers the text of a frame's file at its line, or at another one, as it was when the request ran. */
export type LineOf = (frame: Frame, line?: number) => string | undefined;

// Calls by which a driver is handed what somebody else has written.
const HANDS_ON =
  /^(?:query|execute|exec|raw|unsafe|prepare|run|all|each|any|one|none|many|oneOrNone|manyOrNone|get|gets|getMulti|mget|mGet|hget|hGet|hgetall|hGetAll|fetch|request|axios)$/;
/** Lines above a call in which its function's head is looked for. */
const LOOKED_ABOVE = 30;
const LEVELS = 4;

/** Sets the line to blame of each call: the user's first that is not a helper for everything. */
export function blame(calls: Call[], lineOf: LineOf | undefined): void {
  const helpers = helpersOf(calls);
  const read = new Map<string, boolean>();
  const passes = (frame: Frame, position: string, isFirst: boolean) => {
    const key = `${isFirst} ${position}`;
    let known = read.get(key);
    if (known === undefined) read.set(key, (known = lineOf !== undefined && handsOn(frame, isFirst, lineOf)));
    return known;
  };
  for (const call of calls) {
    const { frames, positions } = call.path;
    let at = 0;
    while (
      at < Math.min(frames.length - 1, LEVELS) &&
      (helpers.has(positions[at]!) || passes(frames[at]!, positions[at]!, at === 0))
    )
      at++;
    call.site = frames[at];
    call.way = at === 0 ? positions : positions.slice(at);
    call.callers = frames.slice(at + 1);
  }
}

// A line that asks for different things on behalf of different callers.
function helpersOf(calls: Call[]): Set<string> {
  const helpers = new Set<string>();
  for (let level = 0; level < 3; level++) {
    const seen = new Map<string, { shape: string; caller: string; shapes: boolean; callers: boolean }>();
    for (const { path, shape } of calls) {
      const at = path.positions[level];
      const caller = path.positions[level + 1];
      if (at === undefined || caller === undefined) continue;
      if (level > 0 && !helpers.has(path.positions[level - 1]!)) continue;
      const one = seen.get(at);
      if (!one) seen.set(at, { shape, caller, shapes: false, callers: false });
      else {
        one.shapes ||= one.shape !== shape;
        one.callers ||= one.caller !== caller;
      }
    }
    const found = [...seen].filter(([, { shapes, callers }]) => shapes && callers);
    if (found.length === 0) break;
    for (const [at] of found) helpers.add(at);
  }
  return helpers;
}

/** Answers whether a line, as it is written, only hands on what its function was given: `pool.query(text, values)`. */
export function handsOn(frame: Frame, isFirst: boolean, lineOf: LineOf): boolean {
  const here = lineOf(frame);
  if (here === undefined) return false;
  const call =
    here.slice(frame.column - 1) + [1, 2].map((n) => lineOf(frame, frame.line + n) ?? '').join(' ');
  // new Promise((resolve, reject) => client.get(key, …)): the executor is on the stack twice.
  if (!isFirst && /^new Promise\b/.test(call)) return true;
  const found =
    /^\(*(?:await\s+)?(?:[\w$]+\s*\??\.\s*)*([\w$]+)\s*(?:<[^<>()]*>)?\s*\(\s*(?:\.\.\.\s*)?([A-Za-z_$][\w$]*)(?:\??\.[\w$]+)*\s*[,)]/.exec(
      call,
    );
  if (!found || (isFirst && !HANDS_ON.test(found[1]!))) return false;
  return isParameter(found[2]!, frame, here, lineOf);
}

// Of the declarations above the call, the nearest counts.
function isParameter(name: string, frame: Frame, here: string, lineOf: LineOf): boolean {
  const lines = [here.slice(0, frame.column - 1)];
  for (let line = frame.line - 1; line >= Math.max(1, frame.line - LOOKED_ABOVE); line--)
    lines.unshift(lineOf(frame, line) ?? '');
  const above = lines.join('\n');
  const word = `(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll('$', '\\$')}(?![\\w$])`;
  const head = `\\([^()]*${word}[^()]*\\)\\s*(?::[^{};=]*)?(?:=>|\\{)|${word}\\s*=>`;
  const local = `\\b(?:const|let|var)\\s+(?:[{[][^}\\]]*)?${word}|${word}\\s*\\+?=(?![=>])`;
  return lastOf(above, head) > lastOf(above, local, /\((?:[^()]*,)?\s*$/);
}

/** Answers where a pattern is found last, leaving out what stands behind `not`; -1 for nowhere. */
function lastOf(text: string, pattern: string, not?: RegExp): number {
  let last = -1;
  for (const { index } of text.matchAll(new RegExp(pattern, 'g'))) {
    // (values = []) is a parameter with a default.
    if (!not?.test(text.slice(0, index))) last = index;
  }
  return last;
}

/** Tells the line that asks from the helpers it asks through: `query(text, values)` of the user's own db.js is nobody's fault. */

import { formatSite } from '../../domain/site.js';
import type { Frame, Kind } from '../../domain/trace.js';
import type { Call } from './calls.js';
import type { CallPath } from './stacks.js';

/** Answers the text of a frame's file at its line, or at another one, as it was when the request ran. */
export type LineOf = (frame: Frame, line?: number) => string | undefined;

// By kind: the calls by which a driver is handed what somebody else has written.
const HANDS_ON: Record<string, RegExp> = {
  sql: /^(?:query|execute|exec|raw|unsafe|prepare|any|one|none|many|oneOrNone|manyOrNone|selectQuery)$/,
  cache: /^(?:get|gets|getMulti|mget|mGet|hget|hGet|hgetall|hGetAll|getBuffer)$/,
  http: /^(?:fetch|request|axios|get|got)$/,
};
/** Lines above a call in which its function's head is looked for. */
const LOOKED_ABOVE = 30;
const LEVELS = 4;

/** Where a call came from: its line to blame, and what called that. */
type CallSite = Pick<Call, 'site' | 'way' | 'callers'>;
/** `helpers` are the positions of those below it; `isLost`: the stack ends with a helper, and what called that is not in it. */
type Found = CallSite & { kind: Kind; helpers: string[]; isLost: boolean };

/** Sets the line to blame of each call: the user's first that is not a helper for everything. */
export function blame(calls: Call[], lineOf: LineOf): void {
  const passes = helperTest(helpersOf(calls), lineOf);
  // The calls of a loop share their stack.
  const known = new Map<CallPath, Found>();
  const lost: Call[] = [];
  for (const call of calls) {
    const { kind } = call.span;
    let found = known.get(call.path);
    if (found?.kind !== kind) known.set(call.path, (found = findSite(call.path, kind, passes)));
    assign(call, found);
    if (found.isLost) lost.push(call);
  }
  if (lost.length > 0) adopt(lost, askersOf(calls, known));
}

function assign(call: Call, { site, way, callers }: CallSite): void {
  call.site = site;
  call.way = way;
  call.callers = callers;
}

type HelperTest = (frame: Frame, position: string, kind: Kind | undefined) => boolean;

function helperTest(helpers: Set<string>, lineOf: LineOf): HelperTest {
  const read = new Map<string, boolean>();
  return (frame, position, kind) => {
    if (helpers.has(position)) return true;
    const key = `${kind} ${position}`;
    let known = read.get(key);
    if (known === undefined) read.set(key, (known = isWrapperLine(frame, kind, lineOf)));
    return known;
  };
}

function findSite({ frames, positions }: CallPath, kind: Kind, passes: HelperTest): Found {
  const isHelper = (at: number) => passes(frames[at]!, positions[at]!, at === 0 ? kind : undefined);
  const last = frames.length - 1;
  const most = Math.min(last, LEVELS);
  let at = 0;
  while (at < most && isHelper(at)) at++;
  return {
    kind,
    site: frames[at],
    way: at === 0 ? positions : positions.slice(at),
    callers: frames.slice(at + 1),
    helpers: positions.slice(0, at),
    isLost: at === last && at < LEVELS && isHelper(at),
  };
}

// After an await a stack may end with the helper: the line that asked the same through it is to blame, where it is the only one.
function adopt(lost: Call[], askers: Map<string, Call | 'several'>): void {
  for (const call of lost) {
    const asker = askers.get(keyOf(call.way[0]!, call));
    if (asker === undefined || asker === 'several') continue;
    assign(call, { site: asker.site, way: asker.way.slice(0, 1), callers: [] });
  }
}

/** Returns, by helper and by what was asked through it, a call whose stack has the line that asked. */
function askersOf(calls: Call[], known: Map<CallPath, Found>): Map<string, Call | 'several'> {
  const askers = new Map<string, Call | 'several'>();
  for (const call of calls) {
    const { helpers, isLost } = known.get(call.path)!;
    if (isLost) continue;
    for (const helper of helpers) {
      const key = keyOf(helper, call);
      const known = askers.get(key);
      if (known === undefined) askers.set(key, call);
      else if (known !== 'several' && formatSite(known.site!) !== formatSite(call.site!))
        askers.set(key, 'several');
    }
  }
  return askers;
}

function keyOf(helper: string, { span, shape }: Call): string {
  return `${span.kind} ${helper} ${shape}`;
}

// A line that asks for different things on behalf of different callers.
function helpersOf(calls: Call[]): Set<string> {
  const helpers = new Set<string>();
  for (let level = 0; level < 3; level++) {
    const seen = new Map<string, { shape: string; caller: string; shapes: boolean; callers: boolean }>();
    for (const { path, shape } of calls) {
      const at = path.positions[level];
      const above = path.frames[level + 1];
      if (at === undefined || above === undefined) continue;
      // By its line: after an await the same caller is seen at another column.
      const caller = formatSite(above);
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

/**
 * Answers whether a line, as it is written, only hands on what its function was given: `pool.query(text, values)`. `kind` is
 * that of the call; undefined for a line that called a helper.
 */
export function isWrapperLine(frame: Frame, kind: Kind | undefined, lineOf: LineOf): boolean {
  const here = lineOf(frame);
  if (here === undefined) return false;
  const before = here.slice(0, frame.column - 1);
  const call =
    here.slice(frame.column - 1) + [1, 2].map((n) => lineOf(frame, frame.line + n) ?? '').join(' ');
  // new Promise((resolve, reject) => client.get(key, …)): the executor is on the stack twice.
  if (kind === undefined && /^new Promise\b/.test(call)) return true;
  const prepared = kind === 'sql' && /\bprepare\(\s*([A-Za-z_$][\w$]*)\s*\)\s*\.\s*$/.exec(before);
  if (prepared) return isParameter(prepared[1]!, frame, before, lineOf);
  const found = CALL.exec(call);
  if (!found || (kind !== undefined && !HANDS_ON[kind]?.test(found[1]!))) return false;
  return isParameter(found[2] ?? found[3]!, frame, before, lineOf);
}

// await pool.query<Row>(text, …), run(...args), query({ text, values }): what is called, and its first argument.
const CALL =
  /^\(*(?:await\s+)?(?:[\w$]+\s*\??\.\s*)*([\w$]+)\s*(?:<[^<>()]*>)?\s*\(\s*(?:(?:\.\.\.\s*)?([A-Za-z_$][\w$]*)(?:\??\.[\w$]+)*\s*[,)]|\{\s*(?:(?:text|sql|url)\s*:\s*)?([A-Za-z_$][\w$]*)\s*[,}])/;

// Of the declarations above the call, the nearest counts.
function isParameter(name: string, frame: Frame, before: string, lineOf: LineOf): boolean {
  const lines = [before];
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

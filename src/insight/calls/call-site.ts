/** Call sites: the app's line that made a call, above wrappers such as `query(text)` in db.js. */

import { formatSite } from '../../domain/site.js';
import type { Frame, Kind } from '../../domain/trace.js';
import type { Call } from './calls.js';
import { LineFacts } from './line-facts.js';
import type { ReadLine } from './loop-line.js';
import type { CallPath } from './stacks.js';
import { isWrapperLine } from './wrapper-line.js';

/** Wrappers in a row above a driver that are skipped: by their text, and by their calls. */
const MAX_WRAPPERS = 4;
const MAX_WRAPPERS_BY_CALLS = 3;
const NEXT_CALL = /^(?:await\s+)?next\s*\(/;

type CallSite = Pick<Call, 'site' | 'positions' | 'callers'>;

/** The call site of a stack. */
interface ResolvedSite extends CallSite {
  kind: Kind;
  /** Positions of the wrappers below the call site. */
  wrappers: string[];
  /** The stack ends with a wrapper: it does not contain the call site. */
  isCut: boolean;
}

/** Sets the call site of each call: the app's innermost frame that is not a wrapper. */
export function assignCallSites(calls: Call[], readLine: ReadLine): void {
  const isWrapper = wrapperTest(wrappersByCalls(calls), readLine);
  // The calls of a loop share their call path.
  const siteByPath = new Map<CallPath, ResolvedSite>();
  const cut: Call[] = [];
  for (const call of calls) {
    const { kind } = call.span;
    let resolved = siteByPath.get(call.path);
    if (resolved?.kind !== kind)
      siteByPath.set(call.path, (resolved = callSiteOf(call.path, kind, isWrapper, readLine)));
    assign(call, resolved);
    if (resolved.isCut) cut.push(call);
  }
  if (cut.length > 0) assignCutCalls(cut, completeCalls(calls, siteByPath));
}

function assign(call: Call, { site, positions, callers }: CallSite): void {
  call.site = site;
  call.positions = positions;
  call.callers = callers;
}

/** Whether a frame is a wrapper; `kind` is the span's for the innermost frame, else undefined. */
type WrapperTest = (frame: Frame, position: string, kind: Kind | undefined) => boolean;

/** By kind of the span. */
const wrapperLines = new LineFacts(() => new Map<Kind | undefined, boolean>());

function wrapperTest(wrappers: Set<string>, readLine: ReadLine): WrapperTest {
  return (frame, position, kind) => {
    if (wrappers.has(position)) return true;
    const byKind = wrapperLines.of(frame, readLine);
    let isWrapper = byKind.get(kind);
    if (isWrapper === undefined) byKind.set(kind, (isWrapper = isWrapperLine(frame, kind, readLine)));
    return isWrapper;
  };
}

/** Whether a frame's call is that of the next middleware, `next()`. */
const nextCalls = new LineFacts((frame, readLine) =>
  NEXT_CALL.test((readLine(frame) ?? '').slice(frame.column - 1)),
);

function callSiteOf(path: CallPath, kind: Kind, isWrapper: WrapperTest, readLine: ReadLine): ResolvedSite {
  const { frames, positions } = path;
  const isWrapperAt = (at: number) => isWrapper(frames[at]!, positions[at]!, at === 0 ? kind : undefined);
  // A handler that passes its `req` on is no wrapper for the middleware above it.
  const nextAt = frames.findIndex((frame, at) => at > 0 && nextCalls.of(frame, readLine));
  const ends = [path.handlerAt, nextAt - 1].filter((at) => at >= 0);
  const last = Math.min(frames.length - 1, ...ends);
  const end = Math.min(last, MAX_WRAPPERS);
  let at = 0;
  while (at < end && isWrapperAt(at)) at++;
  return {
    kind,
    site: frames[at],
    positions: at === 0 ? positions : positions.slice(at),
    callers: frames.slice(at + 1),
    wrappers: positions.slice(0, at),
    isCut: at === frames.length - 1 && at < MAX_WRAPPERS && isWrapperAt(at),
  };
}

// After an await a stack may end with the wrapper. Its call site is that of the complete calls
// of the same shape through the same wrapper, if they have only one.
function assignCutCalls(cut: Call[], complete: Map<string, Call | 'ambiguous'>): void {
  for (const call of cut) {
    const other = complete.get(wrapperKey(call.positions[0]!, call));
    if (other === undefined || other === 'ambiguous') continue;
    assign(call, { site: other.site, positions: other.positions.slice(0, 1), callers: [] });
  }
}

/** Calls whose stack contains the call site, by wrapper and shape. */
function completeCalls(
  calls: Call[],
  siteByPath: Map<CallPath, ResolvedSite>,
): Map<string, Call | 'ambiguous'> {
  const complete = new Map<string, Call | 'ambiguous'>();
  for (const call of calls) {
    const { wrappers, isCut } = siteByPath.get(call.path)!;
    if (isCut) continue;
    for (const wrapper of wrappers) {
      const key = wrapperKey(wrapper, call);
      const known = complete.get(key);
      if (known === undefined) complete.set(key, call);
      else if (known !== 'ambiguous' && formatSite(known.site!) !== formatSite(call.site!))
        complete.set(key, 'ambiguous');
    }
  }
  return complete;
}

function wrapperKey(wrapper: string, { span, shape }: Call): string {
  return `${span.kind} ${wrapper} ${shape}`;
}

/** Wrappers by their use: positions that make calls of several shapes for several callers. */
function wrappersByCalls(calls: Call[]): Set<string> {
  const wrappers = new Set<string>();
  for (let level = 0; level < MAX_WRAPPERS_BY_CALLS; level++) {
    const found = wrappersAtLevel(calls, level, wrappers);
    if (found.length === 0) break;
    for (const position of found) wrappers.add(position);
  }
  return wrappers;
}

interface Uses {
  shape: string;
  caller: string;
  hasOtherShapes: boolean;
  hasOtherCallers: boolean;
}

/** Command and first part of a cache's key: `del user:ada` and `del user:null` are one statement. */
function statementOf({ span, shape }: Call): string {
  return span.kind === 'cache' ? shape.replace(/[:/.|].*$/s, '') : shape;
}

/** Wrappers among the frames at `level`; above level 0 only frames that called a wrapper count. */
function wrappersAtLevel(calls: Call[], level: number, wrappersBelow: Set<string>): string[] {
  const uses = new Map<string, Uses>();
  for (const call of calls) {
    const { path } = call;
    const shape = statementOf(call);
    const position = path.positions[level];
    const above = path.frames[level + 1];
    if (position === undefined || above === undefined) continue;
    // By line, not column: after an await the caller's frame is at the await's column.
    const caller = formatSite(above);
    if (level > 0 && !wrappersBelow.has(path.positions[level - 1]!)) continue;
    const known = uses.get(position);
    if (!known) uses.set(position, { shape, caller, hasOtherShapes: false, hasOtherCallers: false });
    else {
      known.hasOtherShapes ||= known.shape !== shape;
      known.hasOtherCallers ||= known.caller !== caller;
    }
  }
  return [...uses]
    .filter(([, { hasOtherShapes, hasOtherCallers }]) => hasOtherShapes && hasOtherCallers)
    .map(([position]) => position);
}

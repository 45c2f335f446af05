/** Name shapes: calls of one line whose URLs or keys differ in names, `/users/ada`, `/users/bob`, become one shape. */

import type { Shape } from '../../domain/trace.js';
import type { Call } from './calls.js';
import { isListLoopLine, type ReadLine } from './loop-line.js';

/** Shapes of one line from which their differences are values rather than different things to ask. */
const MIN_SHAPES = 3;
/** Parts in which they differ: `/repos/owner/name` has two. */
const MAX_PLACES = 2;
const HTTP_SEPARATOR = /(\/)/;
const KEY_SEPARATOR = /([\s:./|])/;
// Behind these a path has the name of what is asked for: /api/v2/orders
const PREFIX = /^(?:api|rest|internal|public|private|services?|v\d[\d.]*)$/i;
/** Callers in whose text the loop may be. */
const MAX_CALLERS = 4;
/** Lines around a line in which the names may be written. */
const MAX_LINES_AROUND = 80;
const MAX_LINE = 500;

/** Gives calls of one line that differ only in names of their URL's path, or of their key, one shape. */
export function joinNameShapes(calls: Call[], readLine: ReadLine): void {
  const groups = new Map<string, Call[]>();
  for (const call of calls) {
    const { kind } = call.span;
    if (kind !== 'http' && kind !== 'cache') continue;
    const parts = partsOf(call);
    const key = [kind, call.positions[0], call.verb, parts.before, parts.names.length, parts.after].join(
      '\n',
    );
    const group = call.positions[0] === undefined ? undefined : groups.get(key);
    if (group) group.push(call);
    else if (call.positions[0] !== undefined) groups.set(key, [call]);
  }
  for (const group of groups.values()) joinGroup(group, readLine);
}

interface ShapeParts {
  /** Method and origin of a URL, command of a key. */
  before: string;
  /** Path or key, with its separators at odd places. */
  names: string[];
  /** Names of a URL's query. */
  after: string;
}

function partsOf({ span, shape }: Call): ShapeParts {
  if (span.kind === 'cache') {
    const [before = '', ...rest] = shape.split(' ');
    return { before, names: rest.join(' ').split(KEY_SEPARATOR), after: '' };
  }
  const [, before = '', path = '', after = ''] =
    /^([A-Z]* ?(?:[a-z][a-z0-9+.-]*:\/\/[^/?]*)?)([^?]*)(.*)$/s.exec(shape) ?? [];
  return { before, names: path.split(HTTP_SEPARATOR), after };
}

function joinGroup(group: Call[], readLine: ReadLine): void {
  const texts = new Set(group.map(({ shape }) => shape));
  if (texts.size < MIN_SHAPES || maxOfOneCaller(group) < MIN_SHAPES) return;
  const parts = group.map(partsOf);
  const [{ before, names, after }] = parts as [ShapeParts];
  const places = names.flatMap((name, at) => (parts.some((other) => other.names[at] !== name) ? [at] : []));
  if (places.length > MAX_PLACES || places.some((at) => at % 2 === 1)) return;
  if (group[0]!.span.kind === 'http' && places.some((at) => isResource(names, at))) return;
  if (!goesThroughList(group, readLine)) return;
  const differing = new Set(parts.flatMap((other) => places.map((at) => other.names[at]!)));
  if (areWritten(differing, group[0]!, readLine)) return;
  const joined = names.map((name, at) => (places.includes(at) ? '#' : name)).join('');
  const text = `${before}${group[0]!.span.kind === 'cache' ? ' ' : ''}${joined}${after}`;
  const shape: Shape = { ...group[0]!.spanShape, text, label: text };
  for (const call of group) {
    call.shape = text;
    call.label = text;
    call.spanShape = shape;
  }
}

/** Whether a part of a path says what is asked for, rather than which: `orders` of `/api/orders`. */
function isResource(names: string[], at: number): boolean {
  const before = names.slice(0, at).filter((name, i) => i % 2 === 0 && name !== '');
  return before.length > 0 && before.every((name) => PREFIX.test(name));
}

/** Whether the text of a call's line, or of its callers', is a loop through a list; true where no text is known. */
function goesThroughList([call]: Call[], readLine: ReadLine): boolean {
  const { site, callers } = call!;
  if (site === undefined || readLine(site) === undefined) return true;
  return [site, ...callers.slice(0, MAX_CALLERS)].some((frame, i) => isListLoopLine(frame, readLine, i > 0));
}

/** Whether each of the names is written near the call's line, or its callers': what is asked for is fixed. */
function areWritten(names: Set<string>, { site, callers }: Call, readLine: ReadLine): boolean {
  const left = new Set(names);
  for (const frame of site === undefined ? [] : [site, ...callers.slice(0, MAX_CALLERS)]) {
    const first = Math.max(1, frame.line - MAX_LINES_AROUND);
    for (let line = first; line <= frame.line + MAX_LINES_AROUND; line++) {
      const text = (readLine(frame, line) ?? '').slice(0, MAX_LINE);
      // '/users', "stats:users"
      for (const [, , literal = ''] of text.matchAll(/(['"`])((?:(?!\1).){1,200})\1/g))
        for (const name of literal.split(/[\s:./|?]/)) left.delete(name);
      if (left.size === 0) return true;
    }
  }
  return false;
}

/** Calls by the caller that made most of them: a helper that each of several callers uses once is no loop. */
function maxOfOneCaller(group: Call[]): number {
  const counts = new Map<string | undefined, number>();
  for (const { positions } of group) counts.set(positions[1], (counts.get(positions[1]) ?? 0) + 1);
  return Math.max(...counts.values());
}

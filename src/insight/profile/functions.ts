/** Functions of a profile: what each took by itself and in total, what called it, its hottest lines. */

import type { Profile, ProfileFunction } from '../../domain/profile.js';
import { weightsOf } from './weights.js';

/** What a function took, in the profile's unit. */
export interface FunctionTotal {
  /** Index into the profile's functions. */
  index: number;
  function: ProfileFunction;
  /** In its own code. */
  self: number;
  /** With all that it called; calls of itself inside of it count once. */
  total: number;
}

const knownTotals = new WeakMap<Profile, FunctionTotal[]>();

/** Functions with samples, in no order; computed once. */
export function functionTotals(profile: Profile): FunctionTotal[] {
  let totals = knownTotals.get(profile);
  if (totals === undefined) knownTotals.set(profile, (totals = computeTotals(profile)));
  return totals;
}

function computeTotals(profile: Profile): FunctionTotal[] {
  const { functions, nodes } = profile;
  const { self, total } = weightsOf(profile);
  const totals = functions.map(
    (each, index): FunctionTotal => ({ index, function: each, self: 0, total: 0 }),
  );
  for (const [node, { function: index }] of nodes.entries()) {
    if (totals[index] !== undefined) totals[index].self += self[node]!;
  }
  for (const [index, node] of outermostNodes(profile)) {
    if (totals[index] !== undefined) totals[index].total += total[node]!;
  }
  return totals.filter((each) => each.total > 0);
}

/** Nodes whose function is not already running further out, with their functions. */
function outermostNodes(profile: Profile): [index: number, node: number][] {
  const { nodes } = profile;
  const { children, roots } = weightsOf(profile);
  const running = new Set<number>();
  const found: [number, number][] = [];
  // The negative of a node says that it has been left.
  const open = roots.toReversed();
  while (open.length > 0) {
    const next = open.pop()!;
    if (next < 0) {
      running.delete(-next - 1);
      continue;
    }
    const { function: index } = nodes[next]!;
    if (!running.has(index)) {
      found.push([index, next]);
      running.add(index);
      open.push(-index - 1);
    }
    for (const child of children[next]!.toReversed()) open.push(child);
  }
  return found;
}

/** Order of a table of functions. */
export interface FunctionOrder {
  by: 'self' | 'total';
  /** The project's own functions before all others. */
  ownFirst: boolean;
}

/** Functions in an order, equal ones by their names and places. */
export function sortFunctions(totals: FunctionTotal[], { by, ownFirst }: FunctionOrder): FunctionTotal[] {
  const other = by === 'self' ? 'total' : 'self';
  const isForeign = ({ function: { origin } }: FunctionTotal) => Number(ownFirst && origin !== 'own');
  return [...totals].sort(
    (a, b) =>
      isForeign(a) - isForeign(b) ||
      b[by] - a[by] ||
      b[other] - a[other] ||
      compareNames(a.function, b.function),
  );
}

function compareNames(a: ProfileFunction, b: ProfileFunction): number {
  const [left, right] = [a, b].map(({ name, file, line }) => `${name}\n${file}\n${line}`);
  return Number(left! > right!) - Number(left! < right!);
}

/** A function that called another, and what the calls took. */
export interface Caller {
  /** Missing where nothing of the profile called it: it began in a turn of the event loop. */
  caller?: ProfileFunction;
  /** Frames of packages and of Node between the two, which are left out. */
  between: number;
  weight: number;
}

/**
 * Callers of a function, the costliest first: the nearest function of the project's own, or where
 * there is none the direct caller.
 */
export function callersOf(profile: Profile, index: number): Caller[] {
  const { functions, nodes } = profile;
  const { total } = weightsOf(profile);
  const callers = new Map<number, Caller>();
  for (const [called, node] of outermostNodes(profile)) {
    if (called !== index) continue;
    let at = nodes[node]!.parent;
    let between = 0;
    while (at >= 0 && functions[nodes[at]!.function]?.origin !== 'own') {
      at = nodes[at]!.parent;
      between++;
    }
    if (at < 0) [at, between] = [nodes[node]!.parent, 0];
    const key = at < 0 ? -1 : nodes[at]!.function;
    const caller = key < 0 ? undefined : functions[key];
    const entry = callers.get(key) ?? { ...(caller && { caller }), between, weight: 0 };
    entry.weight += total[node]!;
    entry.between = Math.max(entry.between, between);
    callers.set(key, entry);
  }
  return [...callers.values()].filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
}

/** A line of code and what its own samples took. */
export interface HotLine {
  function: ProfileFunction;
  line: number;
  weight: number;
}

/**
 * Hottest lines, the costliest first: of one function, or of all of the project's own. Native code
 * that a line calls has no line of its own.
 */
export function hotLinesOf(profile: Profile, index?: number): HotLine[] {
  const { functions, nodes } = profile;
  const lines = new Map<string, HotLine>();
  for (const { function: at, lines: hot = [] } of nodes) {
    const each = functions[at];
    if (each === undefined || (index === undefined ? each.origin !== 'own' : at !== index)) continue;
    for (const [line, weight] of hot) {
      const key = `${line}\n${each.file}`;
      const entry = lines.get(key) ?? { function: each, line, weight: 0 };
      entry.weight += weight;
      // V8 counts the lines of a function that it has inlined for the one around it.
      if (each.line > entry.function.line && each.line <= line) entry.function = each;
      lines.set(key, entry);
    }
  }
  return [...lines.values()]
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight || a.line - b.line || compareNames(a.function, b.function));
}

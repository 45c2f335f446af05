/** Profile of a request from what its process has sent: functions and lines of the sources, in ms. */

import { packageOfPath } from '../../domain/infrastructure.cjs';
import type { Profile, ProfileFunction, ProfileNode, ProfileOrigin } from '../../domain/profile.js';
import { type Frame, roundToMicros } from '../../domain/trace.js';
import type { SentProfile } from './profile-parts.js';

/** What the process knows of its sources and of its clock. */
export interface ProfileContext {
  resolve(name: string, script: string, line: number, column: number): Frame;
  /** The frames, where those of packages stand for the app if none is its own. */
  resolveStack(frames: Frame[]): Frame[];
  /** Whether a script is the agent's. */
  isAgent(script: string): boolean;
  /** ms of the trace at an instant of the process, in µs since its origin. */
  toTraceMs(at: number): number;
}

/** A profile, and the frames of the app's own functions in it. */
export interface BuiltProfile {
  profile: Profile;
  frames: Frame[];
}

/** Minified: the lines of such a script say nothing. */
const MAX_COLUMN = 500;

/** Builds a profile; undefined for one whose numbers do not fit together. */
export function buildProfile(sent: SentProfile, context: ProfileContext): BuiltProfile | undefined {
  if (!isSound(sent)) return undefined;
  const isCpu = sent.kind === 'cpu';
  const toWeight = (weight: number) => (isCpu ? weight / 1000 : weight);
  const functions = new FunctionTable(sent.functions, context);
  const nodes = sent.nodes.map(([fn, parent, ...lines]): ProfileNode => {
    const at = functions
      .linesOf(fn!, lines)
      .map(([line, weight]): [number, number] => [line, toWeight(weight)]);
    return { function: functions.indices[fn!]!, parent: parent!, ...(at.length > 0 && { lines: at }) };
  });
  const { interval, others, outside, offCpu, notes } = sent.end;
  const profile: Profile = {
    kind: sent.kind,
    by: 'profiler',
    interval: toWeight(interval),
    runs: 1,
    functions: functions.items,
    nodes,
    samples: sent.samples
      .map(([node, weight, at]): [number, number, number] => [
        node,
        toWeight(weight),
        Math.max(0, roundToMicros(context.toTraceMs(at))),
      ])
      .sort((a, b) => a[2] - b[2]),
    ...(others !== undefined && { others }),
    ...(outside !== undefined && { outside: toWeight(outside) }),
    ...(offCpu !== undefined && { offCpu: toWeight(offCpu) }),
    ...(notes !== undefined && { notes }),
  };
  return { profile, frames: functions.ownFrames };
}

function isSound({ functions, nodes, samples }: SentProfile): boolean {
  const isIndex = (value: number | undefined, end: number) =>
    Number.isInteger(value) && value! >= 0 && value! < end;
  return (
    nodes.every(
      ([fn, parent], index) => isIndex(fn, functions.length) && (parent === -1 || isIndex(parent, index)),
    ) && samples.every(([node]) => isIndex(node, nodes.length))
  );
}

/** Functions of a profile, each place in the sources once. */
class FunctionTable {
  readonly items: ProfileFunction[] = [];
  /** Index in `items` by the number that the process has given it. */
  readonly indices: number[] = [];
  readonly ownFrames: Frame[] = [];
  readonly #sent: SentProfile['functions'];
  readonly #context: ProfileContext;
  /** Line in the sources by line of the script. */
  readonly #lines = new Map<string, number | undefined>();

  constructor(sent: SentProfile['functions'], context: ProfileContext) {
    this.#sent = sent;
    this.#context = context;
    const frames = context.resolveStack(sent.map((each) => context.resolve(...each)));
    const known = new Map<string, number>();
    for (const [n, frame] of frames.entries()) {
      const item = this.#functionOf(sent[n]!, frame);
      const key = JSON.stringify(item);
      let index = known.get(key);
      if (index === undefined) {
        index = this.items.push(item) - 1;
        known.set(key, index);
        if (item.origin === 'own') this.ownFrames.push(frame);
      }
      this.indices.push(index);
    }
  }

  /** Pairs of a line in the source and the weight there, of a function's pairs in its script. */
  linesOf(fn: number, pairs: number[]): [line: number, weight: number][] {
    const [, script, begin, column] = this.#sent[fn]!;
    const { file } = this.items[this.indices[fn]!]!;
    if (script === '' || column > MAX_COLUMN) return [];
    const weights = new Map<number, number>();
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const [row, weight] = [pairs[i]!, pairs[i + 1]!];
      const line = this.#lineOf(script, row, row === begin ? column : 1, file);
      if (line !== undefined && weight >= 0) weights.set(line, (weights.get(line) ?? 0) + weight);
    }
    return [...weights];
  }

  #lineOf(script: string, row: number, column: number, file: string): number | undefined {
    if (!Number.isSafeInteger(row) || row < 1) return undefined;
    const key = `${row}:${column}:${script}`;
    if (!this.#lines.has(key)) {
      const frame = this.#context.resolve('', script, row, column);
      this.#lines.set(key, frame.file === file ? frame.line : undefined);
    }
    return this.#lines.get(key);
  }

  #functionOf([name, script]: SentProfile['functions'][number], frame: Frame): ProfileFunction {
    if (script === '') {
      const origin = name === '(garbage collector)' ? 'gc' : 'native';
      return { name, file: '', line: 0, column: 0, origin };
    }
    const { file, line, column, application } = frame;
    const isAgent = this.#context.isAgent(script);
    const packageName = isAgent ? 'scooby' : (frame.package ?? packageOfPath(file));
    const origin = isAgent ? 'package' : originOf(script, application);
    const inPackage = packageName !== undefined && (origin === 'package' || frame.package !== undefined);
    return { name, file, line, column, origin, ...(inPackage && { package: packageName }) };
  }
}

function originOf(script: string, application: boolean): ProfileOrigin {
  if (script.startsWith('node:')) return 'node';
  if (script.startsWith('wasm:')) return 'native';
  return application ? 'own' : 'package';
}

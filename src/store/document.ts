/**
 * JSON document of a stored trace: each frame, stack and shape is written once, and spans refer to
 * it by index.
 */

import { learnKinds } from '../domain/span-kinds.js';
import type { Frame, RecordedTrace, Shape, Span, Trace } from '../domain/trace.js';
import { type PackedBody, pack, unpack } from './body.js';

interface Tables {
  shapes: Shape[];
  /** Each stack as indices into `frames`. */
  stacks: number[][];
  frames: Frame[];
}

/** A span whose stack, frame and shape are indices into the tables. */
type WrittenSpan = Omit<Span, 'stack' | 'frame' | 'shape'> & {
  stack: number;
  frame?: number;
  shape: number;
};

type TraceDocument = Omit<Trace, 'spans'> & Tables & { spans: WrittenSpan[] };

/**
 * Document of versions before spans had shapes; the first of them had no tables either, so `stacks`
 * is missing.
 */
type LegacyDocument = RecordedTrace & { shapes?: undefined; frames?: Frame[]; stacks?: number[][] };

/** A span during the conversion. */
type PartialSpan = Omit<Span, 'stack' | 'frame' | 'shape'> & {
  stack: unknown;
  frame?: unknown;
  shape: unknown;
};

/** Adds call sites and shapes to a trace of a version that did not store them. */
export type Describe = (trace: RecordedTrace) => Trace;

/** Describe function of a store without such traces. */
export const skipDescribe: Describe = (trace) => trace as Trace;

const NO_TABLES: Tables = { shapes: [], stacks: [], frames: [] };

/** Stored form of a trace. */
export function packTrace(trace: Trace): PackedBody {
  if (trace.spans.length === 0) return pack(JSON.stringify({ ...trace, ...NO_TABLES }));
  const frames = new IndexTable<Frame>();
  const stacks = new IndexTable<Frame[]>();
  const shapes = new IndexTable<Shape>();
  for (const { stack } of trace.spans) stacks.indexOf(stack);
  const stackTable = stacks.items.map((stack) => stack.map((frame) => frames.indexOf(frame)));
  const quoted = new Map<string, string>();
  const spanTexts = trace.spans.map((span) => {
    const frame = span.frame && frames.indexOf(span.frame);
    return spanText(
      span,
      { stack: stacks.indexOf(span.stack), shape: shapes.indexOf(span.shape), frame },
      quoted,
    );
  });
  const tables: Tables = { shapes: shapes.items, stacks: stackTable, frames: frames.items };
  const before: Record<string, unknown> = {};
  const after: Record<string, unknown> = {};
  let part = before;
  for (const key in trace) {
    if (key === 'spans') part = after;
    else part[key] = trace[key as keyof Trace];
  }
  const [head, tail] = [JSON.stringify(before), JSON.stringify(Object.assign(after, tables))];
  const start = head === '{}' ? '{' : `${head.slice(0, -1)},`;
  return pack(`${start}"spans":[${spanTexts.join()}],${tail.slice(1)}`);
}

/**
 * JSON of a span with indices, put together: the texts of a loop's calls are the same, and objects
 * made for JSON.stringify take twice as long.
 */
function spanText(
  span: Span,
  { stack, shape, frame }: { stack: number; shape: number; frame: number | undefined },
  quoted: Map<string, string>,
): string {
  let text = '';
  for (const key in span) {
    const value: unknown = span[key as keyof Span];
    if (value === undefined) continue;
    text += `${text === '' ? '{' : ','}"${key}":`;
    if (key === 'stack') text += stack;
    else if (key === 'shape') text += shape;
    else if (key === 'frame') text += frame;
    else if (typeof value === 'number') text += Number.isFinite(value) ? value : null;
    else text += typeof value === 'string' ? quote(value, quoted) : JSON.stringify(value);
  }
  return `${text}}`;
}

function quote(text: string, quoted: Map<string, string>): string {
  let json = quoted.get(text);
  if (json === undefined) quoted.set(text, (json = JSON.stringify(text)));
  return json;
}

/** Inverse of `packTrace`; throws when the bytes are damaged. */
export function unpackTrace(body: PackedBody, describe: Describe): Trace {
  const document = JSON.parse(unpack(body)) as TraceDocument | LegacyDocument;
  if (document.shapes === undefined) return describe(unpackLegacy(document));
  const { shapes, stacks, frames, ...trace } = document;
  learnKinds(trace.libraries);
  const fullStacks = resolveStacks(stacks, frames);
  const spans = trace.spans.map((span) => {
    const partial: PartialSpan = { ...span, stack: fullStacks[span.stack]!, shape: shapes[span.shape]! };
    if (span.frame !== undefined) partial.frame = frames[span.frame]!;
    return partial as Span;
  });
  return { ...trace, spans };
}

function unpackLegacy({ stacks, frames = [], ...trace }: LegacyDocument): RecordedTrace {
  if (stacks === undefined) return trace;
  const fullStacks = resolveStacks(stacks, frames);
  const spans = trace.spans.map((span) => ({ ...span, stack: fullStacks[span.stack as unknown as number]! }));
  return { ...trace, spans };
}

function resolveStacks(stacks: number[][], frames: Frame[]): Frame[][] {
  return stacks.map((stack) => stack.map((index) => frames[index]!));
}

/** Distinct items in the order of their first use, and the index of each. */
class IndexTable<T> {
  readonly items: T[] = [];
  #indices = new Map<T, number>();

  indexOf(item: T): number {
    let index = this.#indices.get(item);
    if (index === undefined) {
      index = this.items.push(item) - 1;
      this.#indices.set(item, index);
    }
    return index;
  }
}

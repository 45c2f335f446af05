/** A trace as the document that is kept: every frame, stack and shape is written once, however many spans share it. */

import type { Frame, RecordedTrace, Shape, Span, Trace } from '../domain/trace.js';
import { type PackedBody, pack, unpack } from './body.js';

interface Tables {
  shapes: Shape[];
  /** Stacks by their frames' places in `frames`. */
  stacks: number[][];
  frames: Frame[];
}

/** Stack, frame and shape are places in the tables. */
type WrittenSpan = Omit<Span, 'stack' | 'frame' | 'shape'> & {
  stack: number;
  frame?: number;
  shape: number;
};

type Written = Omit<Trace, 'spans'> & Tables & { spans: WrittenSpan[] };

/** As it was written until spans had shapes; `stacks` is missing as it was written until there were tables. */
type WrittenBare = RecordedTrace & { shapes?: undefined; frames?: Frame[]; stacks?: number[][] };

/** A span on its way from one to the other. */
type Converted = Omit<Span, 'stack' | 'frame' | 'shape'> & {
  stack: unknown;
  frame?: unknown;
  shape: unknown;
};

/** Decides call sites and shapes in a document of before they were decided when a trace is finished. */
export type Describe = (trace: RecordedTrace) => Trace;

/** For a store that holds no such document. */
export const undescribed: Describe = (trace) => trace as Trace;

/** Answers the form in which a trace is kept. */
export function packTrace(trace: Trace): PackedBody {
  const frames = new Places<Frame>();
  const stacks = new Places<Frame[]>();
  const shapes = new Places<Shape>();
  for (const { stack } of trace.spans) stacks.of(stack);
  const numbers = stacks.items.map((stack) => stack.map((frame) => frames.of(frame)));
  const spans = trace.spans.map((span) => {
    // The frame is set and not spread as well: several spreads take several times as long as one.
    const written: Converted = { ...span, stack: stacks.of(span.stack), shape: shapes.of(span.shape) };
    if (span.frame) written.frame = frames.of(span.frame);
    return written as WrittenSpan;
  });
  const tables: Tables = { shapes: shapes.items, stacks: numbers, frames: frames.items };
  const written: Written = { ...trace, spans, ...tables };
  return pack(JSON.stringify(written));
}

/** Answers the trace that was packed; throws when the bytes are damaged. */
export function unpackTrace(body: PackedBody, describe: Describe): Trace {
  const read = JSON.parse(unpack(body)) as Written | WrittenBare;
  if (read.shapes === undefined) return describe(bare(read));
  const { shapes, stacks, frames, ...trace } = read;
  const whole = wholeStacks(stacks, frames);
  const spans = trace.spans.map((span) => {
    const full: Converted = { ...span, stack: whole[span.stack]!, shape: shapes[span.shape]! };
    if (span.frame !== undefined) full.frame = frames[span.frame]!;
    return full as Span;
  });
  return { ...trace, spans };
}

function bare({ stacks, frames = [], ...trace }: WrittenBare): RecordedTrace {
  if (stacks === undefined) return trace;
  const whole = wholeStacks(stacks, frames);
  const spans = trace.spans.map((span) => ({ ...span, stack: whole[span.stack as unknown as number]! }));
  return { ...trace, spans };
}

function wholeStacks(stacks: number[][], frames: Frame[]): Frame[][] {
  return stacks.map((stack) => stack.map((at) => frames[at]!));
}

/** Things in the order in which they came first. */
class Places<T> {
  readonly items: T[] = [];
  #places = new Map<T, number>();

  of(item: T): number {
    let place = this.#places.get(item);
    if (place === undefined) {
      place = this.items.push(item) - 1;
      this.#places.set(item, place);
    }
    return place;
  }
}

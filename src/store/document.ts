/** A trace as the document that is kept: every frame and every stack is written once, however many spans share it. */

import type { Frame, Span, Trace } from '../trace.js';
import { type Body, pack, unpack } from './body.js';

type Written = Omit<Trace, 'spans'> & {
  spans: (Omit<Span, 'stack'> & { stack: number })[];
  /** Stacks by their frames' places in `frames`. */
  stacks: number[][];
  frames: Frame[];
};

/** Answers the form in which a trace is kept. */
export function packTrace(trace: Trace): Body {
  const frames = new Places<Frame>();
  const stacks = new Places<Frame[]>();
  const spans = trace.spans.map((span) => ({ ...span, stack: stacks.of(span.stack) }));
  const numbers = stacks.items.map((stack) => stack.map((frame) => frames.of(frame)));
  const written: Written = { ...trace, spans, stacks: numbers, frames: frames.items };
  return pack(JSON.stringify(written));
}

/** Answers the trace that was packed; throws when the bytes are damaged. */
export function unpackTrace(body: Body): Trace {
  const read = JSON.parse(unpack(body)) as Written | (Trace & { stacks?: undefined });
  // As it was written until there were tables.
  if (read.stacks === undefined) return read;
  const { frames, stacks, ...trace } = read;
  const whole = stacks.map((stack) => stack.map((at) => frames[at]!));
  return { ...trace, spans: trace.spans.map((span) => ({ ...span, stack: whole[span.stack]! })) };
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

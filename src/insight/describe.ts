/** Decides which line each call of a trace is blamed on, and what it asked for: once, when the trace is finished. */

import type { Frame, RecordedSpan, RecordedTrace, Span, Trace } from '../trace.js';
import { type Call, callsOf } from './calls.js';
import { blame, type LineOf } from './helpers.js';
import { type Loop, loopsOf } from './loops.js';
import { Shapes } from './shapes.js';
import { site as siteOf } from './stacks.js';

/** A trace whose spans have their call sites and shapes, and its calls as the rules see them. */
export interface Described {
  trace: Trace;
  /** By their start. */
  calls: Call[];
  loops: Loop[];
}

/** Sets call site and shape of every span, anew where they were set before. `lineOf` has the text of the app's files. */
export function describe(recorded: RecordedTrace, lineOf: LineOf): Described {
  const trace = withShapes(recorded);
  const calls = callsOf(trace.spans);
  blame(calls, lineOf);
  const loops = loopsOf(calls);
  place(calls);
  return { trace, calls, loops };
}

/** Describes a trace out of a database in which spans have neither; the app's files are not asked. */
export function describeOld(recorded: RecordedTrace): Trace {
  return describe(recorded, () => undefined).trace;
}

function withShapes(recorded: RecordedTrace): Trace {
  const shapes = new Shapes();
  for (const span of recorded.spans as (RecordedSpan & Partial<Span>)[]) span.shape = shapes.of(span);
  return recorded as Trace;
}

function place(calls: Call[]): void {
  // Calls share their frames; a text of its own for each would be most of what a large trace takes.
  const sites = new Map<Frame, string>();
  for (const { span, site: frame } of calls) {
    if (frame === undefined) {
      delete span.site;
      delete span.frame;
      continue;
    }
    let site = sites.get(frame);
    if (site === undefined) sites.set(frame, (site = siteOf(frame)));
    span.site = site;
    span.frame = frame;
  }
}

/** Call site and shape of each span: computed once, when the trace ends, and kept in the span. */

import { formatSite } from '../../domain/site.js';
import type { Frame, RecordedSpan, RecordedTrace, Shape, Span, Trace } from '../../domain/trace.js';
import type { WithLibraries } from '../libraries.js';
import { hash } from '../util/hash.js';
import { assignCallSites } from './call-site.js';
import { type Call, callsOf } from './calls.js';
import type { ReadLine } from './loop-line.js';
import { type Loop, loopsOf } from './loops.js';
import { joinNameShapes } from './name-shapes.js';
import { ShapeCache } from './shapes.js';
import { assignTransactionEnds } from './transaction-ends.js';

/** Characters of a shape's text: a statement may be pages long and run only once. */
const MAX_SHAPE_CHARS = 2000;

/** Calls and loops of a trace, for the rules. */
export interface CallAnalysis {
  /** Those that count for the request, sorted by start. */
  calls: Call[];
  /** Those that began after the response: no rule sees them. */
  callsAfterResponse: Call[];
  loops: Loop[];
}

/** Calls of a trace with shape and call site. `readLine` reads the app's source files. */
export function analyzeCalls(
  trace: WithLibraries & { spans: RecordedSpan[] },
  readLine: ReadLine,
): CallAnalysis {
  const shapes = new ShapeCache(trace);
  const all = callsOf(trace, (span) => shapes.shapeOf(span));
  assignCallSites(all, readLine);
  assignTransactionEnds(all);
  joinNameShapes(all, readLine);
  const callsAfterResponse = all.filter(({ span }) => span.afterResponse);
  const calls = callsAfterResponse.length === 0 ? all : all.filter(({ span }) => !span.afterResponse);
  for (const [order, call] of calls.entries()) call.order = order;
  return { calls, callsAfterResponse, loops: loopsOf(calls, readLine) };
}

/**
 * Writes call sites and shapes into the spans, replacing earlier ones. Called after the rules:
 * fields added before made V8 (Node 20) deoptimize them at every trace, which took twice the time
 * of the parallel rule.
 */
export function describe(recorded: RecordedTrace, { calls, callsAfterResponse }: CallAnalysis): Trace {
  // Calls share their frames: a string for each call would be most of a large trace's memory.
  const sites = new Map<Frame, string>();
  for (const { span, site: frame, spanShape } of [...calls, ...callsAfterResponse]) {
    const described = span as Span;
    described.shape = truncateShape(spanShape);
    if (frame === undefined) {
      delete described.site;
      delete described.frame;
      continue;
    }
    let site = sites.get(frame);
    if (site === undefined) sites.set(frame, (site = formatSite(frame)));
    described.site = site;
    described.frame = frame;
  }
  return recorded as Trace;
}

/** Truncates a shape's text in place; the hash at its end, a statement's id, keeps it distinct. */
export function truncateShape(shape: Shape): Shape {
  const { text } = shape;
  if (text.length <= MAX_SHAPE_CHARS) return shape;
  const end = `… ${hash(text)}`;
  shape.text = text.slice(0, MAX_SHAPE_CHARS - end.length) + end;
  return shape;
}

/** Describes a stored trace whose spans have no site and shape yet; source files are not read. */
export function describeStored(recorded: RecordedTrace): Trace {
  return describe(
    recorded,
    analyzeCalls(recorded, () => undefined),
  );
}

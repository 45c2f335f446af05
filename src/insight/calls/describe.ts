/** Decides which line each call of a trace is blamed on, and what it asked for: once, when the trace is finished. */

import { formatSite } from '../../domain/site.js';
import type { Frame, RecordedSpan, RecordedTrace, Shape, Span, Trace } from '../../domain/trace.js';
import type { WithLibraries } from '../libraries.js';
import { hash } from '../util/hash.js';
import { blame, type LineOf } from './call-site.js';
import { type Call, callsOf } from './calls.js';
import { type Loop, loopsOf } from './loops.js';
import { Shapes } from './shapes.js';

/** Characters of a shape that are kept: a statement may be pages long, and asked once. */
const MAX_SHAPE = 2000;

/** The calls of a trace as the rules see them, and what has been decided on each. */
export interface Understood {
  /** By their start. */
  calls: Call[];
  loops: Loop[];
}

/** Decides call site and shape of every span. `lineOf` has the text of the app's files. */
export function understand(trace: WithLibraries & { spans: RecordedSpan[] }, lineOf: LineOf): Understood {
  const shapes = new Shapes(trace);
  const calls = callsOf(trace, (span) => shapes.of(span));
  blame(calls, lineOf);
  return { calls, loops: loopsOf(calls) };
}

/**
 * Writes what has been decided into the spans, over what was decided before. After the rules have read them: spans that got
 * fields in between had V8 (Node 20) leave the rules' optimized code at every trace, twice the time of the parallel rule.
 */
export function describe(recorded: RecordedTrace, { calls }: Understood): Trace {
  // Calls share their frames; a text of its own for each would be most of what a large trace takes.
  const sites = new Map<Frame, string>();
  for (const { span, site: frame, asked } of calls) {
    const described = span as Span;
    described.shape = shortened(asked);
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

/** Cuts the text of a long shape. Its hash, which is a statement's fingerprint, tells it from others that begin in the same way. */
export function shortened(shape: Shape): Shape {
  const { text } = shape;
  if (text.length <= MAX_SHAPE) return shape;
  const end = `… ${hash(text)}`;
  shape.text = text.slice(0, MAX_SHAPE - end.length) + end;
  return shape;
}

/** Describes a trace out of a database in which spans have neither; the app's files are not asked. */
export function describeOld(recorded: RecordedTrace): Trace {
  return describe(
    recorded,
    understand(recorded, () => undefined),
  );
}

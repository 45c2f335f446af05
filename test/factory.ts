/** Makes traces for tests: complete ones, of which a test names only what it is about. */

import {
  type Frame,
  firstApplicationFrame,
  type RecordedSpan,
  type RecordedTrace,
  type Span,
  type Trace,
  totalsOf,
} from '../src/domain/trace.js';
import { truncateShape } from '../src/insight/calls/describe.js';
import { ShapeCache } from '../src/insight/calls/shapes.js';

/** Answers a frame in the application's own code. */
export function aFrame(frame: Partial<Frame> = {}): Frame {
  return { function: 'listOrders', file: 'src/orders.js', line: 47, column: 21, application: true, ...frame };
}

/** Answers a frame in somebody else's package. */
export function aLibraryFrame(frame: Partial<Frame> = {}): Frame {
  const file = 'node_modules/pg-pool/index.js';
  return { function: 'Pool.query', file, line: 412, column: 10, application: false, ...frame };
}

// As in a real trace, calls that ask the same share their shape.
const shapes = new ShapeCache({});

/** Gives a call its shape and, where it has none, the first line of the app in its stack as its site. */
export function atFirstFrame(span: RecordedSpan): Span {
  // Set as insight sets them: spread into a copy, V8 (Node 20) gave each span a hidden class of its own, and saving took twice as long.
  const described = span as Span;
  described.shape = truncateShape(shapes.shapeOf(span));
  const frame = firstApplicationFrame(span.stack);
  if (frame) {
    described.site ??= `${frame.file}:${frame.line}`;
    described.frame ??= frame;
  }
  return described;
}

/** Answers a trace as insight would finish it, without helpers and findings: each call at its first line of the app. */
export function finishedPlainly(trace: RecordedTrace): Trace {
  for (const span of trace.spans) atFirstFrame(span);
  return trace as Trace;
}

/** Answers a finished SQL query; its site and its shape follow from its stack and its name. */
export function aSpan(span: Partial<Span> = {}): Span {
  return atFirstFrame({
    kind: 'sql',
    library: 'pg',
    name: 'SELECT * FROM items WHERE order_id = $1',
    detail: { params: [1] },
    start: 1,
    duration: 2,
    rows: 1,
    stack: [aFrame()],
    ...span,
  });
}

let made = 0;

/** A UUID that no other process makes, and with no digits or letters by chance that a test looks for. */
function nextId(): string {
  const [n, pid] = [++made, process.pid].map((part) => part.toString(16));
  return `${n!.padStart(8, '0')}-aaaa-4aaa-8aaa-${pid!.padStart(12, '0')}`;
}

/** Answers a finished request; its totals follow from its spans. */
export function aTrace(trace: Partial<Trace> = {}): Trace {
  const spans = trace.spans ?? [];
  return {
    id: nextId(),
    method: 'GET',
    url: '/orders',
    route: '/orders',
    status: 200,
    start: Date.now(),
    duration: 12.5,
    state: 'done',
    app: { pid: 4242, command: 'node app.js', cwd: '/srv/shop', node: 'v20.20.2' },
    spans,
    findings: [],
    totals: totalsOf(
      spans,
      trace.outside ? undefined : 'duration' in trace ? trace.duration : 12.5,
      trace.profiles,
    ),
    ...trace,
  };
}

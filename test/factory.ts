/** Makes traces for tests: complete ones, of which a test names only what it is about. */

import { randomUUID } from 'node:crypto';
import { type Frame, firstApplicationFrame, type Span, type Trace, totalsOf } from '../src/trace.js';

/** Answers a frame in the application's own code. */
export function aFrame(frame: Partial<Frame> = {}): Frame {
  return { function: 'listOrders', file: 'src/orders.js', line: 47, column: 21, application: true, ...frame };
}

/** Answers a frame in somebody else's package. */
export function aLibraryFrame(frame: Partial<Frame> = {}): Frame {
  const file = 'node_modules/pg-pool/index.js';
  return { function: 'Pool.query', file, line: 412, column: 10, application: false, ...frame };
}

/** Answers a finished SQL query; its site follows from its stack. */
export function aSpan(span: Partial<Span> = {}): Span {
  const stack = span.stack ?? [aFrame()];
  const frame = firstApplicationFrame(stack);
  return {
    kind: 'sql',
    library: 'pg',
    name: 'SELECT * FROM items WHERE order_id = $1',
    detail: { params: [1] },
    start: 1,
    duration: 2,
    rows: 1,
    stack,
    ...(frame && { site: `${frame.file}:${frame.line}` }),
    ...span,
  };
}

/** Answers a finished request; its totals follow from its spans. */
export function aTrace(trace: Partial<Trace> = {}): Trace {
  const spans = trace.spans ?? [];
  return {
    id: randomUUID(),
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
    totals: totalsOf(spans),
    ...trace,
  };
}

/** Time of call sites, shapes and findings for a trace of 10,000 spans. Run after `npx tsc`: node bench/insight.mjs */

import { finishTrace } from '../dist/src/insight/judge.js';

const SPANS = 10_000;
const frame = (file, line, fn, application = true) => ({ function: fn, file, line, column: 9, application });
const library = [
  frame('node_modules/pg-pool/index.js', 412, 'Pool.query', false),
  frame('node_modules/pg/lib/client.js', 90, 'Client.query', false),
];
// One shared array per stack, as in the collector.
const stacks = new Map();
const stackOf = (line) => stacks.get(line) ?? stacks.set(line, makeStack(line)).get(line);
const makeStack = (line) => [
  ...library,
  frame('src/db.js', 9, 'query'),
  frame('src/orders.js', line, 'listOrders'),
  frame('src/app.js', 3, 'handler'),
];

const shapes = {
  'one loop of 10,000': (i) => ({
    name: 'SELECT * FROM users WHERE id = $1',
    detail: { params: [i] },
    stack: stackOf(47),
  }),
  'a hundred statements, a hundred lines': (i) => ({
    name: `SELECT * FROM t${String.fromCharCode(97 + (i % 10))}_${i % 10} WHERE id = $1`,
    detail: { params: [i] },
    stack: stackOf(i % 100),
  }),
  'values in the text: no two alike': (i) => ({
    name: `SELECT * FROM users WHERE id = ${i} AND name = 'user ${i}'`,
    stack: stackOf(47),
  }),
  'reads and writes in turns': (i) =>
    i % 2
      ? { name: 'UPDATE users SET n = $2 WHERE id = $1', detail: { params: [i, 1] }, stack: stackOf(48) }
      : { name: 'SELECT * FROM users WHERE id = $1', detail: { params: [i] }, stack: stackOf(47) },
  'the same again and again': () => ({
    name: 'SELECT * FROM users WHERE id = $1',
    detail: { params: [7] },
    stack: stackOf(47),
  }),
};

for (const [name, spanOf] of Object.entries(shapes)) {
  const times = [];
  for (let run = 0; run < 7; run++) {
    const spans = Array.from({ length: SPANS }, (_, i) => ({
      kind: 'sql',
      library: 'pg',
      start: i * 1.1,
      duration: 1,
      rows: 1,
      ...spanOf(i + run * SPANS),
    }));
    const trace = {
      id: '',
      method: 'GET',
      url: '/orders',
      status: 200,
      start: 0,
      duration: SPANS * 1.1,
      state: 'done',
      spans,
      findings: [],
      totals: {},
    };
    const start = process.cpuUsage();
    finishTrace(trace, () => undefined);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  const [first] = times;
  times.sort((a, b) => a - b);
  console.log(
    `${name.padEnd(40)}${times[3].toFixed(1).padStart(7)} ms for ${SPANS} spans (the first time ${first.toFixed(1)})`,
  );
}

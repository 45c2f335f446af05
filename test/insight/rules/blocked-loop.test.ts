import { test } from 'tap';
import { judge, Story } from '../story.js';

const found = (ms: number, detail: Record<string, unknown>, name = 'bcryptjs.hash', kind = 'hash') => {
  const trace = new Story().rpc(name, { ms, library: 'bcryptjs' }).trace();
  const spans = trace.spans.map((span) => ({ ...span, kind, detail }));
  return judge({ ...trace, spans }, { limits: { slow: { hash: 1000 } } });
};
const OTHER_LIBRARY =
  'Use `bcrypt` or `@node-rs/bcrypt`, and await it: they make and take the same hashes, and compute in threads of their own.';

test('hashes by bcryptjs run on the event loop, 100 ms at a time, as asynchronous as they look', (t) => {
  const [finding, ...more] = found(560, { inPieces: true, rounds: 12 });
  t.match(finding, { kind: 'event-loop', severity: 'medium', suggestion: OTHER_LIBRARY, ms: 560 });
  t.match(finding!.message, /blocked the event loop for 560ms, 100ms at a time, in `bcryptjs\.hash`/);
  t.same(more, []);
  const [short] = found(80, { inPieces: true });
  t.match(short!.message, /blocked the event loop for 80ms, in `bcryptjs\.hash`/);
  t.same(found(40, { inPieces: true }), []);
  t.same(found(560, { rounds: 12 }), [], 'those in threads block nothing');
  t.end();
});

test('synchronous hashes are told of the library that needs no thread of the app', (t) => {
  const [finding] = found(300, { blocking: true }, 'bcryptjs.hashSync', 'block');
  t.match(finding, { kind: 'event-loop', severity: 'high', suggestion: OTHER_LIBRARY });
  t.end();
});

test('what computes blocked for as long as it had the processor', (t) => {
  const [finding] = found(400, { cpu: 120 }, 'JSON.stringify', 'block');
  t.match(finding, { kind: 'event-loop', severity: 'medium', ms: 120 });
  t.same(found(400, { cpu: 12 }, 'JSON.stringify', 'block'), [], 'the rest is a busy machine');
  t.end();
});

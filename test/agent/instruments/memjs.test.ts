import { type ExpectedSpan, testForms } from '../forms.js';

const call = (command: string, key: string, facts: object = {}): ExpectedSpan => ({
  name: `${command} test:${key}`,
  detail: { command, keys: [`test:${key}`], ...facts },
});

const hit = (bytes: number) => ({ hit: true, hits: 1, misses: 0, bytes });
const miss = { hit: false, hits: 0, misses: 1, bytes: 0 };

testForms('memjs', (driver) => ({
  callback: [
    call('set', 'a', { bytes: 3 }),
    call('get', 'a', hit(3)),
    call('get', 'nobody', miss),
    call('delete', 'a'),
    call('set', 'old', { bytes: 3 }),
  ],
  promise: [
    call('set', 'b', { bytes: 2 }),
    call('get', 'b', hit(2)),
    call('add', 'b', { bytes: 1, done: false }),
    call('replace', 'nobody', { bytes: 1, done: false }),
    call('append', 'b', { bytes: 2 }),
    call('touch', 'b'),
    call('touch', 'nobody', { done: false }),
    call('increment', 'n'),
    call('decrement', 'n'),
    call('delete', 'n'),
    call('delete', 'n', { done: false }),
    call('get', 'n', miss),
  ],
  stats: [{ name: 'stats', detail: { command: 'stats', keys: [] } }],
  wrong: [{ ...call('increment', 'b'), error: 'Incr/Decr on non-numeric value' }],
  unhandled: [{ ...call('increment', 'b'), error: 'Incr/Decr on non-numeric value' }],
  // Version 1.1 retries without end.
  ...(driver === 'memjs' && {
    unreachable: [{ ...call('get', 'a'), error: 'connect ECONNREFUSED 127.0.0.1:1' }],
  }),
  shape: [],
}));

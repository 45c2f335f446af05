import { type ExpectedSpan, testForms } from '../forms.js';

const call = (command: string, keys: string[], facts: object = {}): ExpectedSpan => ({
  name: [command, ...keys].join(' '),
  detail: { command, keys, ...facts },
});

const hit = (bytes: number) => ({ hit: true, hits: 1, misses: 0, bytes });
const miss = { hit: false, hits: 0, misses: 1, bytes: 0 };

const REFUSED = 'Argument "lifetime" is not a valid Number.';

testForms('memcached', () => ({
  set: [
    call('set', ['user:1'], { bytes: 3 }),
    call('set', ['user:2'], { bytes: 14 }),
    call('set', ['user:3'], { bytes: 2 }),
    call('set', ['user:4'], { bytes: 4 }),
  ],
  get: [
    call('get', ['user:1'], hit(3)),
    call('get', ['user:2'], hit(14)),
    call('get', ['user:3'], hit(2)),
    call('get', ['nobody'], miss),
  ],
  several: [
    call('getMulti', ['user:1', 'user:2', 'nobody'], { hits: 2, misses: 1, bytes: 17 }),
    {
      name: 'getMulti user:1 user:2 user:3 … (4 keys)',
      detail: {
        command: 'getMulti',
        keys: ['user:1', 'user:2', 'user:3', 'nobody'],
        hits: 3,
        misses: 1,
        bytes: 19,
      },
    },
  ],
  compared: [
    call('gets', ['user:1'], hit(3)),
    call('gets', ['nobody'], miss),
    call('cas', ['user:1'], { bytes: 3, done: false }),
  ],
  counted: [
    call('incr', ['user:3']),
    call('decr', ['user:3']),
    call('increment', ['user:3']),
    call('decrement', ['nobody'], { done: false }),
    {
      ...call('incr', ['user:1']),
      error: 'cannot increment or decrement non-numeric value',
    },
  ],
  changed: [
    { ...call('add', ['user:1'], { bytes: 1 }), error: 'Item is not stored' },
    call('replace', ['user:1'], { bytes: 1 }),
    call('append', ['user:1'], { bytes: 1 }),
    call('prepend', ['user:1'], { bytes: 1 }),
    call('touch', ['user:1']),
    call('touch', ['nobody'], { done: false }),
    call('del', ['user:1']),
    call('delete', ['user:1'], { done: false }),
  ],
  server: [call('version', []), call('settings', [])],
  refused: [{ ...call('set', ['user:1'], { bytes: 3 }), error: REFUSED }],
  nested: [call('get', ['user:2'], hit(14)), { ...call('set', ['user:1'], { bytes: 3 }), error: REFUSED }],
  unreachable: [{ ...call('get', ['user:1']), error: 'connect ECONNREFUSED 127.0.0.1:1' }],
  shape: [],
}));

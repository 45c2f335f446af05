import { type ExpectedSpan, testForms } from '../forms.js';

const one = (command: string, keys: string[], more: object = {}, name = command): ExpectedSpan => ({
  name: [name, ...keys].join(' '),
  detail: { command, keys, ...more },
});
const batch = (command: string, keys: string[], commands: string[], more: object = {}): ExpectedSpan => ({
  name: `${command}: ${commands.join(', ')}`,
  detail: { command, keys, commands, ...more },
});
const error = 'WRONGTYPE: Operation against a key holding the wrong kind of value';
const PUSH: ExpectedSpan = { ...one('lpush', ['user:1'], { arguments: ['x'], bytes: 1 }), error };

testForms(
  '@valkey/valkey-glide',
  () => ({
    commands: [
      one('set', ['user:1'], { arguments: ['Ada'], bytes: 3 }),
      one('get', ['user:1'], { hit: true, hits: 1, misses: 0, bytes: 3 }),
      one('get', ['user:2'], { hit: false, hits: 0, misses: 1, bytes: 0 }),
      one('mget', ['user:1', 'user:2'], { hits: 1, misses: 1, bytes: 3 }),
      one('hset', ['cart:1'], { arguments: ['apples', '2', 'password', 'REDACTED'], bytes: 8 }),
      one('hgetall', ['cart:1'], { hit: true, hits: 1, misses: 0, bytes: 22 }),
      one('config', []),
      one('get', ['user:1'], { hit: true, hits: 1, misses: 0, bytes: 3 }),
      one('del', ['cart:1', 'none']),
    ],
    batch: [
      batch('pipeline', ['user:1', 'user:2', 'hits'], ['get user:1', 'get user:2', 'incr hits'], {
        hits: 1,
        misses: 1,
        bytes: 3,
      }),
      batch('multi', ['a'], ['set a', 'get a'], { hits: 1, misses: 0, bytes: 1 }),
    ],
    script: [one('evalsha', ['user:1'], { arguments: ['x'] }, 'script')],
    error: [PUSH, { ...batch('pipeline', ['user:1'], ['lpush user:1']), error }],
    unhandled: [PUSH],
  }),
  'valkey-glide',
);

/** Names, keys, redaction and outcomes of Redis commands. */

import { test } from 'tap';
import {
  redisBatchFacts,
  redisCallInfo,
  replyFacts,
} from '../../src/agent/instruments/shared/redis-command.cjs';

const KEYS: [command: string, keys: string][] = [
  ['get a', 'a'],
  ['mget a b', 'a b'],
  ['mset a 1 b 2', 'a b'],
  ['blpop a b 0', 'a b'],
  ['eval lua 2 a b x', 'a b'],
  ['zinterstore out 2 a b WEIGHTS 1 2', 'out a b'],
  ['zunion 2 a b', 'a b'],
  ['xread COUNT 2 STREAMS a b 0 0', 'a b'],
  ['xreadgroup GROUP g c STREAMS a >', 'a'],
  ['bitop AND out a b', 'out a b'],
  ['rename a b', 'a b'],
  ['object ENCODING a', 'a'],
  ['ping', ''],
  ['publish channel message', ''],
];

test('the keys of a command', async (t) => {
  for (const [command, keys] of KEYS) {
    const [name = '', ...args] = command.split(' ');
    t.same(redisCallInfo(name, args).detail.keys, keys.split(' ').filter(Boolean), command);
  }
});

test('passwords are not recorded', async (t) => {
  t.same(redisCallInfo('AUTH', ['default', 'hunter2']), {
    name: 'auth',
    detail: { command: 'auth', keys: [] },
  });
  t.same(redisCallInfo('HELLO', ['3', 'AUTH', 'default', 'hunter2']).detail.arguments, undefined);
  t.same(redisCallInfo('CONFIG', ['SET', 'requirepass', 'hunter2']).name, 'config');
  t.same(redisCallInfo('hset', ['user:1', 'password', 'hunter2']).detail.arguments, ['password', 'REDACTED']);
  t.same(
    redisCallInfo('set', ['page:1', '{"cookie":"a=1"}', 'EX', '60']).detail.arguments,
    ['{"cookie":"REDACTED"}', 'EX', '60'],
    'JSON with a secret is not a field name for the next argument',
  );
  t.same(redisCallInfo('set', ['a', '{"token":']).detail.arguments, ['REDACTED']);
});

test('values and names are bounded', async (t) => {
  const { name, detail } = redisCallInfo('set', ['k'.repeat(300), 'v'.repeat(300)]);
  t.equal(name.length, 121);
  t.same(detail.arguments, [`${'v'.repeat(256)}… (300 characters)`]);
  t.equal(detail.bytes, 300);
  const keys = Array.from({ length: 150 }, (_, i) => `k${i}`);
  t.equal(redisCallInfo('mget', keys).name, 'mget k0 k1 k2 … (150 keys)');
  t.equal((redisCallInfo('mget', keys).detail.keys as string[]).length, 100);
});

test('hits and misses', async (t) => {
  t.same(replyFacts('GET', null), { hit: false, hits: 0, misses: 1, bytes: 0 });
  t.same(replyFacts('get', Buffer.from('é')), { hit: true, hits: 1, misses: 0, bytes: 2 });
  t.same(replyFacts('mget', ['ab', null, 'c']), { hits: 2, misses: 1, bytes: 3 });
  t.same(replyFacts('hgetall', new Map([['a', 'b']])), { hit: true, hits: 1, misses: 0, bytes: 2 });
  t.same(replyFacts('hgetall', {}), { hit: false, hits: 0, misses: 1, bytes: 0 });
  t.equal(replyFacts('set', 'OK'), undefined);
  const commands = [{ name: 'get' }, { name: 'set' }, { name: 'get' }];
  t.same(redisBatchFacts(commands, ['ab', 'OK', new Error('WRONGTYPE')]), { hits: 1, misses: 0, bytes: 2 });
});

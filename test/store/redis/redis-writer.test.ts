import { once } from 'node:events';
import { type Test, test } from 'tap';
import { RedisStore } from '../../../src/store/redis/redis-store.js';
import { parseStoreUrl } from '../../../src/store/redis/store-url.js';
import { aSpan, aTrace } from '../../factory.js';
import { until } from '../../scooby.js';
import { ownRedis } from '../../servers/own-redis.js';
import { ask, freePort } from '../../servers/server.js';

async function open(t: Test, url: string, options: Partial<Parameters<typeof RedisStore.open>[0]> = {}) {
  const warnings: string[] = [];
  const store = await RedisStore.open({
    ...{ address: parseStoreUrl(url), project: 'p', ttl: 600_000, maxSize: 1e9, retryMs: 50 },
    ...{ warn: (message: string) => void warnings.push(message), ...options },
  });
  t.teardown(async () => {
    await store.finish();
    store.close();
  });
  const save = (...ids: string[]) => {
    const begun = performance.now();
    store.saveAll(ids.map((id) => aTrace({ id, start: Date.now() })));
    return performance.now() - begun;
  };
  /** Ids as another process reads them. */
  const stored = async () => {
    const reader = await RedisStore.open({
      ...{ address: parseStoreUrl(url), project: 'p', ttl: 600_000, maxSize: 1e9, readonly: true },
      warn: t.fail,
    });
    try {
      return (await reader.recent({}, 100)).map(({ id }) => id).sort();
    } finally {
      reader.close();
    }
  };
  return { store, warnings, save, stored };
}

test('Redis is killed and comes back: two warnings, nothing lost, what is queued is read from memory', async (t) => {
  const port = await freePort();
  const server = await ownRedis(t, port);
  const { store, warnings, save, stored } = await open(t, `redis://127.0.0.1:${port}`);
  save('a');
  await store.flushed();
  t.same(await stored(), ['a']);
  server.kill('SIGKILL');
  await once(server, 'exit');
  save('b');
  await store.flushed();
  save('c');
  await store.flushed();
  t.same(warnings, [
    `redis://127.0.0.1:${port}: it cannot be reached. Requests are kept in memory until it can be written.`,
  ]);
  t.equal((await store.find('b'))?.id, 'b');
  t.same((await store.recent({}, 5)).length, 3, 'the memory has what Redis had, too');
  await t.rejects(stored(), {
    name: 'StoreError',
    message: `redis://127.0.0.1:${port}: it cannot be reached.`,
  });
  await ownRedis(t, port);
  await until(() => warnings.length === 2, 'the store to be written again');
  t.equal(warnings[1], `redis://127.0.0.1:${port} can be written again; no request was lost`);
  t.same(await stored(), ['b', 'c']);
});

test('Redis is stopped: saves wait for nothing, and all is written when it goes on', async (t) => {
  const port = await freePort();
  const server = await ownRedis(t, port);
  const { store, warnings, save, stored } = await open(t, `redis://127.0.0.1:${port}`);
  save('a');
  await store.flushed();
  server.kill('SIGSTOP');
  save('b');
  await store.flushed();
  t.match(warnings, [/it does not answer\. Requests are kept in memory/]);
  save('c');
  server.kill('SIGCONT');
  await until(() => warnings.length === 2, 'the store to be written again');
  t.match(warnings[1], /can be written again; no request was lost/);
  t.same(await stored(), ['a', 'b', 'c']);
});

test('Redis is full, then has room; and is a replica, then the master again', async (t) => {
  const port = await freePort();
  await ownRedis(t, port, '--maxmemory-policy', 'noeviction');
  const say = (command: string) => ask({ host: '127.0.0.1', port }, `${command}\r\n`);
  const { store, warnings, save, stored } = await open(t, `redis://127.0.0.1:${port}`);
  save('a');
  await store.flushed();
  await say('CONFIG SET maxmemory 1');
  save('b');
  await store.flushed();
  t.match(warnings, [/: it is full \(maxmemory\)\. Requests are kept in memory/]);
  await say('CONFIG SET maxmemory 0');
  await until(() => warnings.length === 2, 'room');
  t.same(await stored(), ['a', 'b']);
  await say('REPLICAOF 127.0.0.1 1');
  save('c');
  await store.flushed();
  await until(() => warnings.length === 3, 'the refusal');
  t.match(warnings[2], /: (?:it is a replica, or fails over|it cannot be reached)/);
  await say('REPLICAOF NO ONE');
  await until(() => warnings.length === 4, 'the master');
  t.same(await stored(), ['a', 'b', 'c']);
});

test('the queue is bounded: the oldest are dropped, and their number is told once', async (t) => {
  const port = await freePort();
  const { store, warnings, save } = await open(t, `redis://127.0.0.1:${port}`, { maxQueue: 10_000 });
  await until(() => warnings.length === 1, 'the refusal');
  for (let n = 0; n < 100; n++) save(`${n}`);
  await store.flushed();
  await ownRedis(t, port);
  await until(() => warnings.length === 2, 'the store to be written');
  const [, lost] = /again; (\d+) requests were not stored$/.exec(warnings[1]!) ?? [];
  t.ok(Number(lost) > 50 && Number(lost) < 100, warnings[1]!);
  t.equal((await store.find('99'))?.id, '99');
});

test('what is queued at the end is told as lost', async (t) => {
  const port = await freePort();
  const { store, warnings, save } = await open(t, `redis://127.0.0.1:${port}`, { retryMs: 60_000 });
  await until(() => warnings.length === 1, 'the refusal');
  save('a', 'b');
  await store.finish();
  t.equal(warnings[1], `2 requests were not stored in redis://127.0.0.1:${port}`);
});

test('a password is in no message; a wrong one is said to be wrong', async (t) => {
  const port = await freePort();
  await ownRedis(t, port, '--requirepass', 's3cret-word');
  const wrong = await open(t, `redis://:wr0ng-word@127.0.0.1:${port}`);
  await until(() => wrong.warnings.length === 1, 'the refusal');
  t.equal(
    wrong.warnings[0],
    `redis://127.0.0.1:${port}: user or password are wrong, or lack the right to do this. Requests are kept in memory until it can be written.`,
  );
  await t.rejects(wrong.stored(), { message: /user or password are wrong/ });
  const right = await open(t, `redis://:s3cret-word@127.0.0.1:${port}/2?project=shared`);
  right.save('a');
  await right.store.flushed();
  t.same(await right.stored(), ['a']);
  t.equal(right.store.place, `redis://127.0.0.1:${port}/2`);
});

test('every key has a time to live, and values are masked', async (t) => {
  const port = await freePort();
  await ownRedis(t, port);
  const run = { key: 'k', start: 7, command: 'node app.js' };
  const { store } = await open(t, `redis://127.0.0.1:${port}`, { run });
  const hash = store.saveSource({ file: 'a.js', text: 'let a;' });
  const spans = [aSpan({ name: 'select $1', detail: { params: ['v3ry-secret', null, 7] } })];
  const start = Date.now();
  store.saveAll([
    aTrace({ id: 'a', start, spans, sources: { 'a.js': hash } }),
    aTrace({ id: 'b', start, parent: 'a', outside: true }),
  ]);
  await store.flushed();
  const reader = await RedisStore.open({
    ...{ address: parseStoreUrl(`redis://127.0.0.1:${port}`), project: 'p', ttl: 1, maxSize: 1 },
    ...{ readonly: true, warn: t.fail },
  });
  t.teardown(() => reader.close());
  const trace = await reader.find('a');
  t.same(trace?.spans[0]?.detail, { params: ['<masked>', null, '<masked>'] });
  t.match(trace?.notes, [/values of calls are masked/]);
  t.same(await reader.source(hash), { file: 'a.js', text: 'let a;' });
  t.same((await store.local.find('a'))?.spans[0]?.detail, spans[0]!.detail);
  const answer = await ask({ host: '127.0.0.1', port }, 'KEYS *\r\n', 100);
  const keys = answer.split('\n').filter((line) => line.startsWith('scooby:'));
  t.same(keys.sort(), [
    'scooby:1:p:s:a',
    'scooby:1:p:s:b',
    `scooby:1:p:src:${hash}`,
    'scooby:1:p:t:a',
    'scooby:1:p:t:b',
    'scooby:1:p:{i}:c:a',
    'scooby:1:p:{i}:live',
    'scooby:1:p:{i}:newest',
    'scooby:1:p:{i}:number',
    'scooby:1:p:{i}:outside',
    'scooby:1:p:{i}:runs',
  ]);
  for (const key of keys) {
    const ttl = Number((await ask({ host: '127.0.0.1', port }, `TTL ${key}\r\n`)).slice(1));
    t.ok(ttl > 0 && ttl <= 750, `${key} ${ttl}`);
  }
});

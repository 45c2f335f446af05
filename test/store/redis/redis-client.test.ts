/** Redis over TLS and behind sentinels, against real ones. */

import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { type Test, test } from 'tap';
import { selfSigned } from '../../../src/launcher/self-signed.js';
import { RedisStore } from '../../../src/store/redis/redis-store.js';
import { parseStoreUrl } from '../../../src/store/redis/store-url.js';
import { aTrace } from '../../factory.js';
import { until } from '../../scooby.js';
import { answer, ownRedis, ownSentinel, ownTlsRedis } from '../../servers/own-redis.js';
import { freePort } from '../../servers/server.js';

const RULES = { project: 'p', ttl: 600_000, maxSize: 1e9, retryMs: 50 };

async function open(t: Test, url: string) {
  const warnings: string[] = [];
  const store = await RedisStore.open({
    ...{ ...RULES, address: parseStoreUrl(url), warn: (message: string) => void warnings.push(message) },
  });
  t.teardown(async () => {
    await store.finish();
    store.close();
  });
  const save = async (id: string) => {
    store.saveAll([aTrace({ id, start: Date.now() })]);
    await store.flushed();
  };
  return { store, warnings, save };
}

/** Ids as another process reads them. */
async function read(t: Test, url: string): Promise<string[]> {
  const reader = await RedisStore.open({
    ...{ ...RULES, address: parseStoreUrl(url), readonly: true, warn: t.fail },
  });
  try {
    return (await reader.recent({}, 100)).map(({ id }) => id).sort();
  } finally {
    reader.close();
  }
}

function certificate(t: Test): { cert: string; key: string } {
  const folder = t.testdir();
  const { cert, key } = selfSigned();
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key);
  return files;
}

test('TLS: its own authority, none, any, and a port without TLS', async (t) => {
  const files = certificate(t);
  const [port, plain] = await Promise.all([freePort(), freePort()]);
  await Promise.all([ownTlsRedis(t, port, files, '--requirepass', 'pw'), ownRedis(t, plain)]);
  const at = (options: string) => `rediss://:pw@localhost:${port}/0${options}`;
  const { save, warnings } = await open(t, at(`?ca=${files.cert}`));
  await save('a');
  t.same(warnings, []);
  t.same(await read(t, at('?insecure=1')), ['a']);
  await t.rejects(read(t, at('')), {
    name: 'StoreError',
    message: `rediss://localhost:${port}: its certificate is not trusted (self-signed certificate); add ?ca=<file>.`,
  });
  await t.rejects(read(t, `redis://localhost:${port}`), {
    message: `redis://localhost:${port}: it ends the connection; if it speaks TLS, the URL begins with rediss://.`,
  });
  await t.rejects(read(t, `rediss://localhost:${plain}`), {
    message: `rediss://localhost:${plain}: it does not answer, or does not speak TLS.`,
  });
});

test('sentinels lead to the master, and to the next one when it dies: nothing is lost', async (t) => {
  const [master, replica, sentinel] = await Promise.all([freePort(), freePort(), freePort()]);
  const secret = ['--requirepass', 'pw', '--masterauth', 'pw'];
  const server = await ownRedis(t, master, ...secret);
  await ownRedis(t, replica, ...secret, '--replicaof', '127.0.0.1', `${master}`);
  const inSync = /master_link_status:up/;
  while (!inSync.test(await answer(replica, 'AUTH pw\r\nINFO replication'))) await setTimeout(25);
  await ownSentinel(
    t,
    sentinel,
    `bind 127.0.0.1
port ${sentinel}
requirepass sentinels
sentinel monitor shop 127.0.0.1 ${master} 1
sentinel auth-pass shop pw
sentinel down-after-milliseconds shop 1500
sentinel failover-timeout shop 2000
`,
  );
  const url = `redis+sentinel://:pw@127.0.0.1:${sentinel}/shop?sentinelPassword=sentinels`;
  const { save, store, warnings } = await open(t, url);
  await save('a');
  t.same(await read(t, url), ['a']);
  // A sentinel learns of a replica from the master, every ten seconds or at once.
  const known = /slaves=1/;
  while (!known.test(await answer(sentinel, 'AUTH sentinels\r\nINFO sentinel'))) await setTimeout(25);
  // What the master has not passed on dies with it.
  const size = (port: number) => answer(port, 'AUTH pw\r\nDBSIZE');
  while ((await size(replica)) !== (await size(master))) await setTimeout(25);

  server.kill('SIGKILL');
  await once(server, 'exit');
  // A busy machine may have kept the first connection waiting, which is told as well.
  const before = warnings.length;
  await save('b');
  t.equal((await store.find('b'))?.id, 'b');
  const isWritten = () => warnings.length > before && /can be written again/.test(warnings.at(-1)!);
  await until(isWritten, () => `the promoted replica, after ${JSON.stringify(warnings)}`);
  t.equal(
    warnings.at(-1),
    `redis+sentinel://127.0.0.1:${sentinel}/shop can be written again; no request was lost`,
  );
  t.same(await read(t, url), ['a', 'b']);
  for (const warning of warnings) t.notMatch(warning, /pw@|sentinelPassword/);
});

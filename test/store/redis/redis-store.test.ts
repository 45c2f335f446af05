import type { Test } from 'tap';
import type { Clock } from '../../../src/store/clock.js';
import { RedisStore } from '../../../src/store/redis/redis-store.js';
import { parseStoreUrl } from '../../../src/store/redis/store-url.js';
import { redis, redisCluster } from '../../servers/index.js';
import { contract, sampling } from '../contract.js';

let projects = 0;

async function open(t: Test, url: string, project: string, clock?: Clock) {
  const store = await RedisStore.open({
    ...{ address: parseStoreUrl(url), project, ttl: 24 * 3600 * 1000, maxSize: 1e9, warn: t.fail },
    ...{ ...sampling, keepsValues: true, ...(clock && { clock }) },
  });
  t.teardown(async () => {
    await store.finish();
    store.close();
  });
  return store;
}

const single = redis();
contract('Redis', async (t, clock) => open(t, (await single).url, `contract-${++projects}`, clock));

const cluster = redisCluster();
contract('Redis Cluster', async (t, clock) => {
  const { url, prefix } = await cluster;
  return open(t, url, `${prefix}-${++projects}`, clock);
});

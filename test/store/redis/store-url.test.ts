import { test } from 'tap';
import { parseStoreUrl } from '../../../src/store/redis/store-url.js';

test('every kind of URL, and what is shown of it', (t) => {
  const parsed = (url: string) => {
    const { kind, hosts, shown, ...rest } = parseStoreUrl(url);
    return [kind, hosts.map(({ host, port }) => `${host}:${port}`).join(' '), shown, rest];
  };
  t.same(parsed('redis://localhost'), ['single', 'localhost:6379', 'redis://localhost:6379', { db: 0 }]);
  t.same(parsed('redis://me:p%40ss@h:1/3?project=shop'), [
    ...['single', 'h:1', 'redis://me@h:1/3'],
    { db: 3, username: 'me', password: 'p@ss', project: 'shop' },
  ]);
  t.same(parsed('rediss://:pw@[::1]:7/0?insecure=1'), [
    ...['single', '::1:7', 'rediss://::1:7'],
    { db: 0, password: 'pw', tls: { rejectUnauthorized: false } },
  ]);
  t.same(parsed('redis+sentinel://a:1,b/mymaster/2?sentinelPassword=x'), [
    ...['sentinel', 'a:1 b:26379', 'redis+sentinel://a:1,b:26379/mymaster/2'],
    { db: 2, name: 'mymaster', sentinelPassword: 'x' },
  ]);
  t.same(parsed('redis+cluster://a,b:2,c'), [
    ...['cluster', 'a:6379 b:2 c:6379', 'redis+cluster://a:6379,b:2,c:6379', { db: 0 }],
  ]);
  t.end();
});

test('what is no URL of a store is refused, without its password', (t) => {
  const bad = [
    'mysql://u:pw@h',
    'redis://u:pw@h:x',
    'redis://:pw@',
    'redis+sentinel://:pw@h',
    'redis://:pw@h/x',
  ];
  for (const url of [...bad, 'redis+cluster://:pw@h/1', 'redis://:pw@h?nope=1', 'rediss://:pw@h?ca=/none'])
    t.throws(() => parseStoreUrl(url), { name: 'StoreError', message: /^(?!.*pw).+$/s }, url);
  t.end();
});

/** What Redis' errors, and those of the way to it, say to a user; the messages are those of Redis 7 and Node 20. */

import { test } from 'tap';
import { isFinal, redisError } from '../../../src/store/redis/redis-error.js';

const reply = (message: string) => Object.assign(new Error(message), { name: 'ReplyError' });
const node = (message: string) =>
  Object.assign(new Error('Failed to refresh slots cache.'), { lastNodeError: reply(message) });

const SAID: [url: string, error: Error, said: string, isFinal: boolean][] = [
  [
    'redis://h:1',
    reply('NOAUTH Authentication required.'),
    'user or password are wrong, or lack the right to do this',
    true,
  ],
  [
    'redis://h:1',
    reply('OOM command not allowed when used memory > ‘maxmemory’.'),
    'it is full (maxmemory)',
    false,
  ],
  [
    'redis://h:1',
    reply('CLUSTERDOWN The cluster is down'),
    'its cluster is down, or some of its slots are served by no node',
    false,
  ],
  [
    'redis://h:1',
    reply('MOVED 15759 10.0.0.1:6379'),
    'it is a node of a cluster: the URL begins with redis+cluster://',
    true,
  ],
  [
    'rediss+cluster://h:1',
    node('ERR This instance has cluster support disabled'),
    'it is no cluster: the URL begins with rediss://',
    true,
  ],
  [
    'redis+sentinel://h:1/shop',
    new Error("All sentinels are unreachable. Last error: ERR unknown command 'sentinel'"),
    'it is no sentinel: the URL begins with redis://',
    true,
  ],
  [
    'redis+sentinel://h:1/shop',
    new Error('All sentinels are unreachable. Retrying from scratch after 100ms.'),
    'its sentinels cannot be reached, or know no master “shop”',
    false,
  ],
  [
    'rediss://h:1',
    new Error('80EC:error:0A00045C:SSL routines:tlsv13 alert certificate required:../rec.c:1601:\n'),
    'it takes no client without a certificate that it knows; add ?cert=<file>&key=<file>',
    true,
  ],
  ['rediss://h:1', new Error('certificate has expired'), 'its certificate has expired', true],
  [
    'rediss://h:1',
    new Error('0A00010B:SSL routines:wrong version number'),
    'it does not speak TLS: the URL begins with redis://',
    true,
  ],
  ['rediss://h:1', new Error('Command timed out'), 'it does not answer, or does not speak TLS', false],
  ['redis://h:1', new Error('Command timed out'), 'it does not answer', false],
  ['rediss://h:1', new Error('read ECONNRESET'), 'it ends the connection', false],
  [
    'redis+cluster://h:1',
    new Error('read ECONNRESET'),
    'it ends the connection; if it speaks TLS, the URL begins with rediss+cluster://',
    false,
  ],
  ['redis://h:1', reply('ERR no idea'), 'it cannot be reached (ERR)', false],
  ['redis://h:1', new Error('connect ECONNREFUSED 10.0.0.1:6379'), 'it cannot be reached', false],
];

test('each cause has a sentence with what to do', (t) => {
  for (const [url, error, said, final] of SAID) {
    t.equal(redisError(error, url).message, `${url}: ${said}.`);
    t.equal(isFinal(error), final, said);
  }
  t.end();
});

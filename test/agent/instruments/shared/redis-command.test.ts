/** Spans of redis; the app behaves as without the agent. */

import { test } from 'tap';
import { redis } from '../../../servers/index.js';
import { driversOf } from '../../drivers.js';
import { outcomes } from '../../outcomes.js';

const EXPECTED = `
:11 flushdb {"command":"flushdb","keys":[]}
:12 set user:1 {"command":"set","keys":["user:1"],"arguments":["Ada","EX","60"],"bytes":3}
:13 get user:1 {"command":"get","keys":["user:1"],"hit":true,"hits":1,"misses":0,"bytes":3}
:13 get user:2 {"command":"get","keys":["user:2"],"hit":false,"hits":0,"misses":1,"bytes":0}
:14 mget user:1 user:2 user:3 {"command":"mget","keys":["user:1","user:2","user:3"],"hits":1,"misses":2,"bytes":3}
:15 hset cart:1 {"command":"hset","keys":["cart:1"],"arguments":["apples","2","password","REDACTED"],"bytes":8}
:16 hgetall cart:1 {"command":"hgetall","keys":["cart:1"],"hit":true,"hits":1,"misses":0,"bytes":22}
:16 hget cart:1 {"command":"hget","keys":["cart:1"],"arguments":["pears"],"hit":false,"hits":0,"misses":1,"bytes":0}
:17 set session:9 {"command":"set","keys":["session:9"],"arguments":["REDACTED"],"bytes":11}
:18 lpush user:1 {"command":"lpush","keys":["user:1"],"arguments":["x"],"bytes":1} ! WRONGTYPE Operation against a key holding the wrong kind of value
:20 multi: get user:1, get user:2, incr hits {"command":"multi","keys":["user:1","user:2","hits"],"commands":["get user:1","get user:2","incr hits"],"hits":1,"misses":1,"bytes":3}
:22 pipeline: set a, mget a b {"command":"pipeline","keys":["a","b"],"commands":["set a","mget a b"],"hits":1,"misses":1,"bytes":1}
:23 multi: lpush user:1 {"command":"multi","keys":["user:1"],"commands":["lpush user:1"]} ! WRONGTYPE Operation against a key holding the wrong kind of value
:24 pipeline: lpush user:1 {"command":"pipeline","keys":["user:1"],"commands":["lpush user:1"]} ! WRONGTYPE Operation against a key holding the wrong kind of value
:25 object a {"command":"object","keys":["a"],"arguments":["ENCODING"]}
:26 lpush user:1 {"command":"lpush","keys":["user:1"],"arguments":["nobody listens"],"bytes":14} ! WRONGTYPE Operation against a key holding the wrong kind of value
:29 lpush user:1 {"command":"lpush","keys":["user:1"],"arguments":["nobody listens"],"bytes":14} ! WRONGTYPE Operation against a key holding the wrong kind of value
:31 blpop nothing {"command":"blpop","keys":["nothing"],"arguments":["0.05"]}
:32 auth {"command":"auth","keys":[]} ! ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
:35 set key {"command":"set","keys":["key"],"arguments":["bytes"],"bytes":5}
:38 subscribe news {"command":"subscribe","keys":[],"arguments":["news"]}
:39 psubscribe old* {"command":"psubscribe","keys":[],"arguments":["old*"]}
:40 publish news {"command":"publish","keys":[],"arguments":["news","hello"],"bytes":5}
:42 unsubscribe news {"command":"unsubscribe","keys":[],"arguments":["news"]}
`;

for (const driver of driversOf('redis')) {
  test(`${driver} records each command with keys, hits and bytes, without secrets`, async (t) => {
    const { url } = await redis();
    const { lines } = await outcomes(t, 'redis.cjs', { DRIVER: driver, SERVER: url });
    t.same(lines, EXPECTED.trim().split('\n'));
  });
}

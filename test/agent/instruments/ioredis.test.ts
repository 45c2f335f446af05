/** Spans of ioredis; the app behaves as without the agent. */

import { test } from 'tap';
import { redis } from '../../servers/index.js';
import { driversOf } from '../drivers.js';
import { outcomes } from '../outcomes.js';

const EXPECTED = String.raw`
:9 flushdb {"command":"flushdb","keys":[]}
:10 set user:1 {"command":"set","keys":["user:1"],"arguments":["Ada","EX","60"],"bytes":3}
:11 get user:1 {"command":"get","keys":["user:1"],"hit":true,"hits":1,"misses":0,"bytes":3}
:11 get user:2 {"command":"get","keys":["user:2"],"hit":false,"hits":0,"misses":1,"bytes":0}
:12 get user:1 {"command":"get","keys":["user:1"],"hit":true,"hits":1,"misses":0,"bytes":3}
:13 mget user:1 user:2 user:3 {"command":"mget","keys":["user:1","user:2","user:3"],"hits":1,"misses":2,"bytes":3}
:14 hset cart:1 {"command":"hset","keys":["cart:1"],"arguments":["apples","2","password","REDACTED"],"bytes":8}
:15 hgetall cart:1 {"command":"hgetall","keys":["cart:1"],"hit":true,"hits":1,"misses":0,"bytes":22}
:15 hget cart:1 {"command":"hget","keys":["cart:1"],"arguments":["pears"],"hit":false,"hits":0,"misses":1,"bytes":0}
:16 set session:9 {"command":"set","keys":["session:9"],"arguments":["REDACTED"],"bytes":11}
:16 set doc {"command":"set","keys":["doc"],"arguments":["{\"name\":\"Ada\",\"token\":\"REDACTED\"}"],"bytes":28}
:17 get user:1 {"command":"get","keys":["user:1"],"hit":true,"hits":1,"misses":0,"bytes":3}
:18 lpush user:1 {"command":"lpush","keys":["user:1"],"arguments":["x"],"bytes":1} ! WRONGTYPE Operation against a key holding the wrong kind of value
:20 pipeline: get user:1, get user:2, incr hits {"command":"pipeline","keys":["user:1","user:2","hits"],"commands":["get user:1","get user:2","incr hits"],"hits":1,"misses":1,"bytes":3}
:22 pipeline: lpush user:1 {"command":"pipeline","keys":["user:1"],"commands":["lpush user:1"]} ! WRONGTYPE Operation against a key holding the wrong kind of value
:23 multi: set a, mget a b {"command":"multi","keys":["a","b"],"commands":["set a","mget a b"],"hits":1,"misses":1,"bytes":1}
:27 multi: set a {"command":"multi","keys":["a"],"commands":["set a"]} ! ERR wrong number of arguments for 'set' command
:31 double a {"command":"evalsha","keys":["a"]}
:31 double a {"command":"evalsha","keys":["a"]}
:32 object a {"command":"object","keys":["a"],"arguments":["ENCODING"]}
:32 blpop nothing {"command":"blpop","keys":["nothing"],"arguments":["0.05"]}
:33 auth {"command":"auth","keys":[]} ! ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?
:34 lpush user:1 {"command":"lpush","keys":["user:1"],"arguments":["nobody listens"],"bytes":14} ! WRONGTYPE Operation against a key holding the wrong kind of value
:36 exists a b {"command":"exists","keys":["a","b"]}
:39 quit {"command":"quit","keys":[]}
:40 get user:1 {"command":"get","keys":["user:1"]} ! Connection is closed.
`;

for (const driver of ['ioredis', 'iovalkey'].flatMap(driversOf)) {
  test(`${driver} records each command with keys, hits and bytes, without secrets`, async (t) => {
    const { url } = await redis();
    const { lines } = await outcomes(t, 'ioredis.cjs', { DRIVER: driver, SERVER: url });
    t.same(lines, EXPECTED.trim().split('\n'));
  });
}

/** Spans of node:sqlite on the newest Node; the app behaves as without the agent. */

import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { outcomes } from '../outcomes.js';

const EXPECTED = `
:8 create table users (id int, name text, password text) {"blocking":true}
:10 insert into users values (@id, @name, @password) {"blocking":true,"params":{"id":1,"name":"Ada","password":"REDACTED"},"insertId":1} (1)
:11 insert into users values (?, ?, ?) {"blocking":true,"params":[2,"REDACTED","REDACTED"],"insertId":2} (1)
:12 select name from users where id = ? {"blocking":true,"params":[1]} (1)
:13 select name from users where id = ? {"blocking":true,"params":[9]} (0)
:14 select id from users {"blocking":true} (2)
:15 select id from users {} (2)
:16 select id from users {} (1)
:18 select name from users where id = ? and password = ? {"blocking":true,"params":[2,"REDACTED"]} (1)
:19 select id from users {"blocking":true} (2)
:21 insert into users values (?) {"blocking":true} ! ERR_SQLITE_ERROR: table users has 3 columns but 1 values were supplied
:26 select ? as n {"blocking":true,"params":{}} (1)
`;

test('each statement, marked as blocking', async (t) => {
  const newest = (await nodes()).at(-1)!;
  const { lines } = await outcomes(t, 'node-sqlite.cjs', { NODE_NO_WARNINGS: '1' }, newest.path);
  t.same(lines, EXPECTED.trim().split('\n'));
});

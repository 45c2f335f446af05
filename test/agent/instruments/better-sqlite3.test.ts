/** Spans of better-sqlite3; the app behaves as without the agent. */

import { test } from 'tap';
import { driversOf } from '../drivers.js';
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
:17 PRAGMA user_version {"blocking":true} (1)
:19 BEGIN {"blocking":true} (0)
:18 update users set name = ? {"blocking":true,"params":["Bob"]} (2)
:19 COMMIT {"blocking":true} (0)
:21 insert into users values (?) {"blocking":true} ! SQLITE_ERROR: table users has 3 columns but 1 values were supplied
:26 insert into users values (@id, @name, @password) {"blocking":true,"params":{}} ! Missing named parameter "id"
:31 select name from users where id = ? and password = ? {"blocking":true,"params":[2,"REDACTED"]} (0)
:31 select name from users where id = ? and password = ? {"blocking":true,"params":[2,"REDACTED"]} (0)
:32 select name from users where id = @id {"params":{"id":2}} (1)
:34 select ? {"blocking":true} ! Too few parameter values were provided
`;

for (const driver of driversOf('better-sqlite3')) {
  test(`${driver} records each statement, marked as blocking`, async (t) => {
    const { lines } = await outcomes(t, 'better-sqlite3.cjs', { DRIVER: driver });
    t.same(lines, EXPECTED.trim().split('\n'));
  });
}

/** Spans of postgres; the app behaves as without the agent. */

import { test } from 'tap';
import { postgres } from '../../servers/index.js';
import { driversOf } from '../drivers.js';
import { outcomes } from '../outcomes.js';

const EXPECTED = `
:8 create temp table users (id int, name text, password text) {"params":[]}
:9 insert into users ("id","name","password")values($1,$2,$3) returning id {"params":[1,"Ada","REDACTED"],"insertId":1} (1)
:12 select name from users where id = $1 and password <> $2 {"params":[1,"REDACTED"]} (1)
:13 select $1::int as n {"params":[7]} (1)
:13 select 1; select 2 {"params":[]} (2)
:15 select i from generate_series(1, 3) i {"params":[]} (3)
:18 select i from generate_series(1, 3) i {"params":[]} (3)
:19 select i from generate_series(1, 3) i {"params":[]} (3)
:21 select * from nothing {"params":[]} ! 42P01: relation "nothing" does not exist
:22 begin  {"params":[]}
:23 update users set name = $1 where id = 1 {"params":["Eve"]} (1)
:24 savepoint "s0" {"params":[]}
:24 select 1 / 0 {"params":[]} ! 22012: division by zero
:24 rollback to "s0" {"params":[]}
:25 select name from users {"params":[]} (1)
:22 commit {"params":[]}
:28 begin  {"params":[]}
:28 selec {"params":[]} ! 42601: syntax error at or near "selec"
:28 rollback {"params":[]}
:29 select nobody {"params":[]} ! 42703: column "nobody" does not exist
:31 select 1 as a {"params":[]} (1)
:34 select * from nowhere {"params":[]} ! 42P01: relation "nowhere" does not exist
:38 [object] {"params":[]} (1)
:40 select 1 ! write CONNECTION_ENDED server
`;

for (const driver of driversOf('postgres')) {
  test(`${driver} records each statement as sent, with the line that wrote it`, async (t) => {
    const { url } = await postgres(t);
    const { lines } = await outcomes(t, 'postgres.cjs', { DRIVER: driver, SERVER: url });
    t.same(lines, EXPECTED.trim().split('\n'));
  });
}

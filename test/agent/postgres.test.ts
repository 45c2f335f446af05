/** What is told of postgres, and that it does not notice. */

import { test } from 'tap';
import { postgres } from '../servers/index.js';
import { driversOf } from './drivers.js';
import { outcomes } from './outcomes.js';

const TOLD = String.raw`
:8 create temp table users (id int, name text, password text) {"params":[]}
:9 insert into users ("id","name","password")values($1,$2,$3) returning id {"params":[1,"Ada","REDACTED"]} (1)
:12 select name from users where id = $1 and password <> $2 {"params":[1,"REDACTED"]} (1)
:13 select $1::int as n {"params":[7]} (1)
:13 select 1; select 2 {"params":[]} (2)
:15 select i from generate_series(1, 3) i {"params":[]} (3)
:16 select i from generate_series(1, 3) i {"params":[]} (3)
:17 select i from generate_series(1, 3) i {"params":[]} (3)
:19 select * from nothing {"params":[]} ! 42P01: relation "nothing" does not exist
:20 begin  {"params":[]}
:21 update users set name = $1 where id = 1 {"params":["Eve"]} (1)
:22 savepoint "s0" {"params":[]}
:22 select 1 / 0 {"params":[]} ! 22012: division by zero
:22 rollback to "s0" {"params":[]}
:23 select name from users {"params":[]} (1)
:20 commit {"params":[]}
:26 begin  {"params":[]}
:26 selec {"params":[]} ! 42601: syntax error at or near "selec"
:26 rollback {"params":[]}
:27 select nobody {"params":[]} ! 42703: column "nobody" does not exist
:29 select 1 as a {"params":[]} (1)
:33 select 1 ! write CONNECTION_ENDED server
`;

for (const driver of driversOf('postgres')) {
  test(`${driver} tells each statement as it was sent, where it was written`, async (t) => {
    const { url } = await postgres(t);
    const { told } = await outcomes(t, 'postgres.cjs', { DRIVER: driver, SERVER: url });
    t.same(told, TOLD.trim().split('\n'));
  });
}

/** The instruments, in the open: a new library is one file and one line here. */

import { betterSqlite3 } from './better-sqlite3.cjs';
import type { Instrument } from './instrument.cjs';
import { ioredis } from './ioredis.cjs';
import { memcached } from './memcached.cjs';
import { memjs } from './memjs.cjs';
import { mongodb } from './mongodb.cjs';
import { mysql } from './mysql.cjs';
import { mysql2 } from './mysql2.cjs';
import { pg } from './pg.cjs';
import { postgres } from './postgres.cjs';
import { redis } from './redis.cjs';
import { thrift } from './thrift.cjs';

export const instruments: Instrument[] = [
  pg,
  postgres,
  mysql2,
  mysql,
  betterSqlite3,
  ioredis,
  redis,
  memcached,
  memjs,
  thrift,
  mongodb,
];

/** The instruments, in the open: a new library is one file and one line here. */

import { betterSqlite3 } from './better-sqlite3.cjs';
import type { Instrument } from './instrument.cjs';
import { ioredis } from './ioredis.cjs';
import { pg } from './pg.cjs';
import { postgres } from './postgres.cjs';
import { redis } from './redis.cjs';

export const instruments: Instrument[] = [pg, ioredis, redis, postgres, betterSqlite3];

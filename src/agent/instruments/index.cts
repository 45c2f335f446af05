/** The instruments, in the open: a new library is one file and one line here. */

import type { Instrument } from './instrument.cjs';
import { memcached } from './memcached.cjs';
import { memjs } from './memjs.cjs';
import { mysql } from './mysql.cjs';
import { mysql2 } from './mysql2.cjs';
import { pg } from './pg.cjs';
import { thrift } from './thrift.cjs';

export const instruments: Instrument[] = [pg, mysql2, mysql, memcached, memjs, thrift];

/** The instruments, in the open: a new library is one file and one line here. */

import { blocking } from './blocking.cjs';
import { childProcess } from './child-process.cjs';
import { consoles } from './console.cjs';
import { dns } from './dns.cjs';
import { graphql } from './graphql.cjs';
import { http } from './http.cjs';
import type { Instrument } from './instrument.cjs';
import { pg } from './pg.cjs';
import { pino } from './pino.cjs';
import { scooby } from './scooby.cjs';
import { undici } from './undici.cjs';
import { winston } from './winston.cjs';

export const instruments: Instrument[] = [
  pg,
  http,
  undici,
  graphql,
  dns,
  childProcess,
  blocking,
  consoles,
  scooby,
  pino,
  winston,
];

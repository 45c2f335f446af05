/** The instruments, in the open: a new library is one file and one line here. */

import { http } from './http.cjs';
import type { Instrument } from './instrument.cjs';
import { pg } from './pg.cjs';
import { undici } from './undici.cjs';

export const instruments: Instrument[] = [pg, http, undici];

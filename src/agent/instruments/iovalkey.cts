/** Instrument of iovalkey, a fork of ioredis with its files. */

import { ioredisLike } from './shared/ioredis.cjs';

export const iovalkey = ioredisLike('iovalkey', { versions: '>=0.2 <1' });

/** Instrument of ioredis. */

import { ioredisLike } from './shared/ioredis.cjs';

export const ioredis = ioredisLike('ioredis', {
  versions: '>=4 <7',
  marker: 'Redis is already connecting/connected',
});

/** Question before a request that may change something is sent again. */

import { isSafeMethod } from '../../../domain/safe-method.js';
import type { Trace } from '../../../domain/trace.js';

/** Whether a request may be sent again; asks where it may change something. */
export function maySend({ method }: Pick<Trace, 'method'>): boolean {
  return isSafeMethod(method) || confirm(`${method} may change something. Send it again?`);
}

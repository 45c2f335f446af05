/** Encodes the `open` line of a unit: kind, name, cause, and the stack of its registration. */

import type { TracedRequest } from '../request/traced-request.cjs';
import type { TracedUnit } from '../request/unit-info.cjs';
import { encodeLine, wholeMicros } from './encode-span.cjs';

/** The `open` line of a unit. */
export function encodeUnitOpen({ id, began, method, url, parent }: TracedRequest, unit: TracedUnit): string {
  const { kind, isNamed, handler, cause, stack = 0 } = unit;
  const isNamedByLine = kind === 'tick' && !isNamed && handler === undefined && stack !== 0;
  return encodeLine({
    t: 'open',
    ...{ id, at: wholeMicros(began), method, url: url.slice(0, MAX_NAME) },
    ...(parent !== undefined && { parent }),
    ...(cause !== undefined && { cause }),
    ...(isNamedByLine && { stack }),
  });
}

const MAX_NAME = 500;

/** A span of time in one unit, for the edges of pictures. */

import { formatAge } from '../../../terminal/age.js';

/** `12s`, `3h`; `0s` below a second. */
export function timeSpanText(ms: number): string {
  const text = formatAge(0, ms);
  return text === 'now' ? '0s' : text;
}

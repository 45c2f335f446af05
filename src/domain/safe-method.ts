/** Methods of HTTP that change nothing, as far as an app keeps to RFC 9110 (9.2.1). */

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a request of that method may be sent again unasked, in capitals as the wire has it. */
export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.has(method);
}

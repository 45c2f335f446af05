/**
 * The formatter of stacks, `Error.prepareStackTrace`, set for the time of a capture of the agent's. A
 * property that the app (stack-chain) computes is replaced meanwhile: neither its getter nor its setter runs.
 */

const errors = Error as { prepareStackTrace?: unknown };

/** The formatter, or its absence, for `replaceFormatter` and `restoreFormatter`. */
export function currentFormatter(): PropertyDescriptor | undefined {
  return Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
}

/** Sets another formatter in place of the current one; throws where Error is frozen. */
export function replaceFormatter(current: PropertyDescriptor | undefined, format: Function): void {
  if (current === undefined || 'value' in current) errors.prepareStackTrace = format;
  else {
    const property = { value: format, writable: true, configurable: true, enumerable: false };
    Object.defineProperty(Error, 'prepareStackTrace', property);
  }
}

/** Sets the formatter, or its absence, as it was; throws where Error is frozen. */
export function restoreFormatter(current: PropertyDescriptor | undefined): void {
  if (current === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else if ('value' in current) errors.prepareStackTrace = current.value;
  else Object.defineProperty(Error, 'prepareStackTrace', current);
}

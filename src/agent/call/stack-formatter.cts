/**
 * Captures of stacks as call sites, and the formatter of stacks, `Error.prepareStackTrace`, that is set meanwhile. A
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

/**
 * Call sites, innermost first, of what calls `cut`, a running function; none where Error is frozen, and while V8 formats
 * another stack, when it calls no other formatter.
 */
export function sitesAbove(cut: Function, limit: number): NodeJS.CallSite[] {
  const { stackTraceLimit } = Error;
  const formatter = currentFormatter();
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = limit;
    replaceFormatter(formatter, (_: unknown, sites: NodeJS.CallSite[]) => sites);
    Error.captureStackTrace(holder, cut as () => void);
    const { stack } = holder;
    return Array.isArray(stack) ? stack : [];
  } catch {
    return [];
  } finally {
    try {
      restoreFormatter(formatter);
      Error.stackTraceLimit = stackTraceLimit;
    } catch {
      // Frozen: nothing was changed above.
    }
  }
}

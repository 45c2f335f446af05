/** Error messages of drivers, for spans and replies to EXPLAIN orders. */

/**
 * Message of an error, preceded by its code (SQLSTATE, errno) unless it contains it. Never throws,
 * though getters of the app's errors may.
 */
export function errorText(error: unknown): string {
  try {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    const text = typeof message === 'string' ? message : String(error);
    return typeof code === 'string' && code !== '' && !text.includes(code) ? `${code}: ${text}` : text;
  } catch {
    return 'an error that cannot be read';
  }
}

/** Error messages of drivers, as a span and an answer tell them. */

/** An error's message, led by its code (SQLSTATE, errno) where the message does not have it. The error is the app's: its getters may throw. */
export function errorText(error: unknown): string {
  try {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    const words = typeof message === 'string' ? message : String(error);
    return typeof code === 'string' && code !== '' && !words.includes(code) ? `${code}: ${words}` : words;
  } catch {
    return 'an error that cannot be read';
  }
}

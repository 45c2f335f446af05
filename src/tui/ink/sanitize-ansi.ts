/**
 * Replaces Ink's `sanitize-ansi.js` by a no-op: recorded text is sanitized before it is painted
 * (cells.ts).
 */

/** The text unchanged. */
export function sanitizeAnsi(text: string): string {
  return text;
}

// biome-ignore lint/style/noDefaultExport: the shape of the replaced module
export default sanitizeAnsi;

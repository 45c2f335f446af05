/** Nothing, in place of Ink's own `sanitize-ansi.js`: what is recorded was made visible before it was painted (cells.ts). */

/** Answers the text as it is. */
export function sanitizeAnsi(text: string): string {
  return text;
}

// biome-ignore lint/style/noDefaultExport: the shape of the module that it takes the place of
export default sanitizeAnsi;

/** How values are written for people: times, counts, and recorded text made safe for a terminal. Imports nothing. */

/** Answers a duration in ms as people read it: `0.4ms`, `12ms`, `1.24s`, `2m 05s`, `18h 16m`. */
export function formatMs(value: number): string {
  if (value < 9.95) return `${value.toFixed(1)}ms`;
  if (value < 999.5) return `${Math.round(value)}ms`;
  if (value < 59_995) return `${(value / 1000).toFixed(2)}s`;
  const seconds = Math.round(value / 1000);
  if (seconds >= 3600)
    return `${Math.floor(seconds / 3600)}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`;
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
}

/** Answers a count with its noun: `1 query`, `2 queries`. */
export function formatCount(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en-US')} ${n === 1 ? one : many}`;
}

// Everything that moves a cursor, hides text or reorders it: C0 (but \n and \t), DEL, C1, line separators,
// zero-width and bidi controls, lone surrogates.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\u{e0001}|[\u{e0020}-\u{e007f}]/gu;

/** Answers text that cannot steer a terminal: control, zero-width and bidi characters become `\x1b`-style text; newlines and tabs stay. */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/** Answers the same on a single line: newlines and tabs become spaces, runs of them one. */
export function escapeToOneLine(text: string): string {
  return escapeControls(text.replace(/\s+/g, ' ').trim());
}

/** Answers JSON in which nothing can steer a terminal: what JSON itself leaves as it is, is written as `\u009b`. */
export function terminalSafeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, (char) =>
    char.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** A recorded value on a single line: a text as it is, the items of a list apart from each other, all else as JSON. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return escapeToOneLine(value);
  return Array.isArray(value) ? `[${value.map(jsonLine).join(', ')}]` : jsonLine(value);
}

function jsonLine(value: unknown): string {
  return escapeToOneLine(JSON.stringify(value) ?? 'undefined');
}

/**
 * Text for users: formatted times and counts, and recorded text made safe for a terminal. Imports
 * nothing.
 */

/** Duration in ms as text: `0.4ms`, `12ms`, `1.24s`, `2m 05s`, `18h 16m`. */
export function formatMs(value: number): string {
  if (value < 9.95) return `${value.toFixed(1)}ms`;
  if (value < 999.5) return `${Math.round(value)}ms`;
  if (value < 59_995) return `${(value / 1000).toFixed(2)}s`;
  const seconds = Math.round(value / 1000);
  // Seven cells, as columns of times are wide.
  if (seconds >= 360_000) return `${Math.floor(seconds / 3600).toLocaleString('en-US')}h`;
  if (seconds >= 3600)
    return `${Math.floor(seconds / 3600)}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`;
  return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
}

/** Size in bytes as text: `640 bytes`, `12 kB`, `3.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return formatCount(bytes, 'byte');
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Whole number with its thousands apart: `1,200`. */
export function formatWhole(n: number): string {
  // The locale's format costs more than the rest of a sentence; its first use in a browser takes 20 ms.
  if (!Number.isSafeInteger(n)) return n.toLocaleString('en-US');
  let text = String(n);
  const first = n < 0 ? 1 : 0;
  for (let at = text.length - 3; at > first; at -= 3) text = `${text.slice(0, at)},${text.slice(at)}`;
  return text;
}

/** Count with its noun: `1 query`, `2 queries`. */
export function formatCount(n: number, singular: string, plural = `${singular}s`): string {
  return `${formatWhole(n)} ${n === 1 ? singular : plural}`;
}

// Characters that move the cursor, hide text or reorder it: C0 (except \n and \t), DEL, C1, line
// separators, zero-width and bidi controls, lone surrogates.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern matches control characters
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\u{e0001}|[\u{e0020}-\u{e007f}]/gu;

/**
 * Text without terminal control: control, zero-width and bidi characters as `\x1b`-style text;
 * newlines and tabs stay.
 */
export function escapeControls(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0)!;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/**
 * URL as people read it: percent-encoded letters, spaces and the like decoded. What would change its
 * parts (`%2F`, `%26`), control a terminal or is no UTF-8 stays as it was sent.
 */
export function readableUrl(url: string): string {
  if (!url.includes('%')) return url;
  return url.replace(/(?:%(?!25)[\da-f]{2})+/gi, (part) => {
    try {
      const text = decodeURI(part);
      return escapeToOneLine(`.${text}.`) === `.${text}.` ? text : part;
    } catch {
      return part;
    }
  });
}

/** `escapeControls` on a single line: each run of newlines, tabs and spaces becomes one space. */
export function escapeToOneLine(text: string): string {
  return escapeControls(text.replace(/\s+/g, ' ').trim());
}

/**
 * JSON without terminal control: control characters that JSON.stringify leaves become
 * `\u009b`-style escapes.
 */
export function terminalSafeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(UNSAFE, (char) =>
    char.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/**
 * Recorded value on a single line: a string as it is, list items joined by `, `, anything else as
 * JSON.
 */
export function valueText(value: unknown): string {
  if (typeof value === 'string') return escapeToOneLine(value);
  return Array.isArray(value) ? `[${value.map(jsonLine).join(', ')}]` : jsonLine(value);
}

function jsonLine(value: unknown): string {
  return escapeToOneLine(JSON.stringify(value) ?? 'undefined');
}

/** Text whose first letter is a capital. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A text as a sentence. */
export function sentence(text: string): string {
  return `${capitalized(text)}.`;
}

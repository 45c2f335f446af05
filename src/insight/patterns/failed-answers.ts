/** Failed answers: remote calls answered with a 5xx, and what the app's source makes of them. */

import type { Call } from '../calls/calls.js';
import type { Scene } from '../scene.js';

/** Lines below a call in which its answer is looked at. */
const LINES_BELOW = 8;
const MAX_LINE = 300;
// What asks whether others are well has its answer in the status.
const HEALTH =
  /\b(?:health\w*|healthz|ping|status(?:es)?|ready|readyz|readiness|live|livez|liveness|uptime|heartbeat|monitor\w*|probe|metrics)\b/i;
// `up: res.ok`, `[url, res.status]`, `return res.ok`, `ok: (await fetch(url)).ok`
const TOLD =
  /(?:[:,]|\breturn)\s*!?(?:\w{1,60}|\(await\b[^;]{0,200}\))\.(?:ok|status|statusCode)\b(?!\s*(?:[?<>=!&|]))/;
// The question whether the answer is good, and the word `catch`: what follows is done otherwise.
const OTHERWISE =
  /(?:!\s{0,9}\w{1,60}\.ok\b[^)]{0,99}\)|\bstatus(?:Code)?\s{0,9}(?:>=?|!==?)\s{0,9}\d{1,9}[^)]{0,99}\)|\bcatch\b\s{0,9}(?:\([^)]{0,99}\))?(?=\s{0,9}\{))/;
const CHOSEN = /\.ok\s{0,9}\?[^:]{0,200}:\s{0,9}([^;,)}]{0,200})/;
const EMPTY = '(?:\\[\\s*\\]|\\{\\s*\\}|null|undefined|void 0|false|0|\'\'|""|``|new \\w+\\(\\s*\\))';
const IS_EMPTY = new RegExp(`^${EMPTY}$`);
// `return [];`, `ads = null;`, `// shown without`: nothing is done.
const NOTHING = new RegExp(
  `\\/\\*[^*]*\\*\\/|\\/\\/[^\\n]*|\\b(?:return|continue|break)\\b(?:\\s*${EMPTY})?(?![\\w.([])|[\\w.]+\\s*=\\s*${EMPTY}(?![\\w.([])|[\\s;]`,
  'g',
);

/** What went wrong with a call: its error, or `answered 503`; undefined where nothing did. */
export function failureOf({ span }: Call): string | undefined {
  if (span.error !== undefined) return span.error;
  const status = Number(span.detail?.status);
  return span.kind === 'http' && status >= 500 ? `answered ${status}` : undefined;
}

/** Whether a 5xx is what the app asked for, or is told or replaced by a value that it has at hand. */
export function isExpectedAnswer({ trace, readLine }: Scene, { span, site }: Call): boolean {
  const url = (text: string) =>
    text.replace(/^\w{0,10} ?[a-z][a-z0-9+.-]{0,20}:\/\/[^/]*/i, '').split('?', 1)[0]!;
  if (HEALTH.test(url(span.name)) || HEALTH.test(url(trace.url))) return true;
  if (site === undefined) return false;
  const lines: string[] = [];
  for (let line = site.line; line <= site.line + LINES_BELOW; line++)
    lines.push((readLine(site, line) ?? '').slice(0, MAX_LINE));
  if (lines.some((line) => TOLD.test(line))) return true;
  return hasOtherWay(lines.join('\n'));
}

// A value that is at hand takes the place of the answer, `return stale`, or something is done about it.
function hasOtherWay(text: string): boolean {
  const chosen = CHOSEN.exec(text)?.[1]?.trim();
  if (chosen !== undefined && !IS_EMPTY.test(chosen)) return true;
  const found = OTHERWISE.exec(text);
  if (found === null) return false;
  const rest = text.slice(found.index + found[0].length).trimStart();
  const branch = rest.startsWith('{') ? blockOf(rest) : rest.slice(0, rest.search(/;|\n|$/));
  return branch.replace(NOTHING, '') !== '';
}

/** Text between a brace at the beginning and its partner, or to the end. */
function blockOf(text: string): string {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return text.slice(1, at);
  }
  return text.slice(1);
}

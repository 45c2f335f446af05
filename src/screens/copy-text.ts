/** Builds the texts that the copy menu puts on the clipboard. */

import { REDACTED } from '../domain/secret-shapes.cjs';
import type { Span, Trace } from '../domain/trace.js';
import type { LinesOf } from '../export/finding-markdown.js';
import { promptOf } from '../export/prompt.js';
import { formatFaults, renderSpan, scriptLines } from '../insight/sql/render.js';

/** Request headers that curl or the proxy sets itself. */
const OMITTED_HEADERS = /^(?:host|connection|content-length|accept-encoding|x-scooby.*)$/i;

function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Absolute URL of a request, by its Host header or else `base`. */
export function requestUrl(trace: Trace, base = 'http://localhost:4000'): string {
  const host = trace.headers?.request.find(([name]) => name.toLowerCase() === 'host')?.[1];
  return `${host === undefined ? base : `http://${host}`}${trace.url}`;
}

/** curl command for a request, without redacted headers; bodies are not recorded. */
export function curlCommand(trace: Trace, base?: string): string {
  const parts = ['curl'];
  if (trace.method !== 'GET') parts.push('-X', shellQuote(trace.method));
  for (const [name, value] of trace.headers?.request ?? []) {
    if (OMITTED_HEADERS.test(name) || value.includes(REDACTED)) continue;
    parts.push('-H', shellQuote(`${name}: ${value}`));
  }
  return [...parts, shellQuote(requestUrl(trace, base))].join(' ');
}

function stackOf(span: Span): string {
  return span.stack
    .map((frame) => `    at ${frame.function || '(anonymous)'} (${frame.file}:${frame.line}:${frame.column})`)
    .join('\n');
}

/** Text for the clipboard, with a warning when it cannot be run as it is. */
export interface CopiedText {
  text: string;
  warning?: string;
}

/** Statement of a call with its values, as `scooby show --sql` prints it. */
function sqlOf(trace: Trace, span: Span): CopiedText {
  const script = renderSpan(trace, span);
  const text = scriptLines(script).join('\n');
  return script.faults.length === 0 ? { text } : { text, warning: formatFaults(script.faults) };
}

/** Text of an item of the copy menu; undefined when the request has none (SQL without a query). */
export function copyTextOf(
  what: string,
  trace: Trace,
  span: Span | undefined,
  base?: string,
  linesOf: LinesOf = () => undefined,
): CopiedText | undefined {
  const query = span?.kind === 'sql' ? span : trace.spans.find((candidate) => candidate.kind === 'sql');
  switch (what) {
    case 'curl':
      return { text: curlCommand(trace, base) };
    case 'url':
      return { text: requestUrl(trace, base) };
    case 'sql':
      return query && sqlOf(trace, query);
    case 'raw':
      return query && { text: query.name };
    // Only where it was tried.
    case 'tried':
      return undefined;
    case 'id':
      return { text: trace.id };
    case 'prompt':
      return { text: promptOf(trace, linesOf) };
    case 'stack':
      return span && { text: `${span.name}\n${stackOf(span)}` };
    default:
      return { text: JSON.stringify(trace, null, 2) };
  }
}

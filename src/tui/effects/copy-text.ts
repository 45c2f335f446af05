/** What copying puts on the clipboard. */

import { REDACTED } from '../../domain/redact.cjs';
import type { Span, Trace } from '../../domain/trace.js';
import { formatFaults, renderSpan, scriptLines } from '../../insight/sql/render.js';

const UNSENT = /^(?:host|connection|content-length|accept-encoding|x-scooby.*)$/i;

function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Answers the URL of a request. */
export function requestUrl(trace: Trace, base = 'http://localhost:4000'): string {
  const host = trace.headers?.request.find(([name]) => name.toLowerCase() === 'host')?.[1];
  return `${host === undefined ? base : `http://${host}`}${trace.url}`;
}

/** Answers a request as a command; redacted headers are left out, a body was not recorded. */
export function curlCommand(trace: Trace, base?: string): string {
  const parts = ['curl'];
  if (trace.method !== 'GET') parts.push('-X', quoted(trace.method));
  for (const [name, value] of trace.headers?.request ?? []) {
    if (UNSENT.test(name) || value.includes(REDACTED)) continue;
    parts.push('-H', quoted(`${name}: ${value}`));
  }
  return [...parts, quoted(requestUrl(trace, base))].join(' ');
}

function stackOf(span: Span): string {
  return span.stack
    .map((frame) => `    at ${frame.function || '(anonymous)'} (${frame.file}:${frame.line}:${frame.column})`)
    .join('\n');
}

/** A text for the clipboard, and what has to be said of it. */
export interface Copy {
  text: string;
  warning?: string;
}

/** A call's statement with its values, as `scooby show --sql` writes it. */
function sqlOf(trace: Trace, span: Span): Copy {
  const written = renderSpan(trace, span);
  const text = scriptLines(written).join('\n');
  return written.faults.length === 0 ? { text } : { text, warning: formatFaults(written.faults) };
}

/** The text of one kind of copy; undefined when the request has no such thing. */
export function copyTextOf(
  what: string,
  trace: Trace,
  span: Span | undefined,
  base?: string,
): Copy | undefined {
  const query = span?.kind === 'sql' ? span : trace.spans.find((one) => one.kind === 'sql');
  switch (what) {
    case 'curl':
      return { text: curlCommand(trace, base) };
    case 'url':
      return { text: requestUrl(trace, base) };
    case 'sql':
      return query && sqlOf(trace, query);
    case 'raw':
      return query && { text: query.name };
    case 'id':
      return { text: trace.id };
    case 'stack':
      return span && { text: `${span.name}\n${stackOf(span)}` };
    default:
      return { text: JSON.stringify(trace, null, 2) };
  }
}

/** A request as Markdown, to paste into an issue, a pull request or a chat: what is wrong, where, and its calls. */

import { winText } from '../domain/finding-win.js';
import { statusTextOf } from '../domain/request.js';
import { formatCount, formatMs } from '../domain/text.js';
import type { Finding, Trace } from '../domain/trace.js';
import { type Group, groupsOf } from '../insight/calls/groups.js';
import { findingMarkdown, type LinesOf } from './finding-markdown.js';
import { code, prose, tableRow } from './markdown-text.js';

const MAX_GROUPS = 30;
const MAX_TEXT = 300;

/** The document, ending in a newline. */
export function markdownOf(trace: Trace, linesOf: LinesOf): string {
  const { method, url, duration, id, route, findings } = trace;
  const took = duration === undefined ? '' : `, ${formatMs(duration)}`;
  const facts = [
    ...(route === undefined ? [] : [`route ${code(route)}`]),
    ...(trace.handler === undefined ? [] : [`handler ${code(trace.handler)}`]),
    `request ${code(id)}`,
    new Date(trace.start).toISOString(),
  ];
  return [
    `## ${code(`${method} ${url}`)}: ${statusTextOf(trace)}${took}`,
    '',
    facts.join(' · '),
    '',
    ...findings.flatMap((finding) => [...findingMarkdown(finding, linesOf, winOf(finding, trace)), '']),
    ...callLines(trace),
  ].join('\n');
}

function winOf(finding: Finding, trace: Trace): string[] {
  const win = winText(finding, trace);
  return win === '' ? [] : [win];
}

function callLines({ spans }: Trace): string[] {
  if (spans.length === 0) return ['No calls were recorded.', ''];
  const groups = groupsOf(spans).sort((a, b) => b.total + b.wait - a.total - a.wait);
  const more = groups.length - MAX_GROUPS;
  return [
    '### Calls',
    '',
    '| calls | time | kind | what | line |',
    '| ---: | ---: | --- | --- | --- |',
    ...groups.slice(0, MAX_GROUPS).map(row),
    ...(more > 0 ? ['', `… and ${formatCount(more, 'other shape')} of calls.`] : []),
    '',
  ];
}

function row({ spans, total, kind, shape, site, errors }: Group): string {
  const failed = errors > 0 ? ` (${errors} failed)` : '';
  const what = shape.length > MAX_TEXT ? `${shape.slice(0, MAX_TEXT)}…` : shape;
  const cells = [
    `${spans.length}${failed}`,
    formatMs(total),
    prose(kind),
    code(what),
    site === undefined ? '' : code(site),
  ];
  return tableRow(cells);
}

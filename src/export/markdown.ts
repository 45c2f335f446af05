/** A request as Markdown, to paste into an issue, a pull request or a chat: what is wrong, where, and its calls. */

import { winText } from '../domain/finding-win.js';
import { statusTextOf } from '../domain/request.js';
import { parseSite } from '../domain/site.js';
import { escapeControls, escapeToOneLine, formatCount, formatMs } from '../domain/text.js';
import type { Finding, Trace } from '../domain/trace.js';
import { type Group, groupsOf } from '../insight/calls/groups.js';

/** Lines of a file as they were when the request ran; undefined where they are not known. */
export type LinesOf = (file: string) => readonly string[] | undefined;

const CONTEXT_LINES = 2;
const MAX_GROUPS = 30;
const MAX_TEXT = 300;
const LANGUAGES: Record<string, string> = { ts: 'ts', mts: 'ts', cts: 'ts', tsx: 'tsx', jsx: 'jsx' };

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
    ...findings.flatMap((finding) => [...findingLines(finding, trace, linesOf), '']),
    ...callLines(trace),
  ].join('\n');
}

function findingLines(finding: Finding, trace: Trace, linesOf: LinesOf) {
  const { kind, message, suggestion, site, ms, function: name } = finding;
  const win = winText(finding, trace);
  const at = site === undefined ? '' : ` at ${code(name ? `${name} (${site})` : site)}`;
  return [
    `### ${prose(kind.toUpperCase())}${at}${ms > 0 ? `, ${formatMs(ms)}` : ''}${win === '' ? '' : `, ${win}`}`,
    '',
    prose(message),
    ...frameLines(site, linesOf),
    ...(suggestion === undefined ? [] : ['', `→ ${prose(suggestion)}`]),
  ];
}

/** The lines around a site, the one in question marked. */
function frameLines(site: string | undefined, linesOf: LinesOf): string[] {
  const position = parseSite(site);
  const lines = position && linesOf(position.file);
  if (!position || !lines || position.line < 1 || position.line > lines.length) return [];
  const first = Math.max(1, position.line - CONTEXT_LINES);
  const shown = lines.slice(first - 1, position.line + CONTEXT_LINES).map((text, n) => {
    const number = first + n;
    return `${number === position.line ? '>' : ' '} ${String(number).padStart(4)} | ${escapeControls(text)}`;
  });
  const language = LANGUAGES[/\.(\w+)$/.exec(position.file)?.[1] ?? ''] ?? 'js';
  return ['', ...fenced(shown.join('\n'), language)];
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
  // GitHub ends a cell at any bar that is not escaped, also inside of code.
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

/** Text as inline code, however many backticks are in it. */
function code(text: string): string {
  const line = escapeToOneLine(text);
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 || line === '' ? ' ' : '';
  return `${fence}${space}${line}${space}${fence}`;
}

function fenced(text: string, language: string): string[] {
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [fence + language, text, fence];
}

/** Text that is no markup: neither HTML nor a link, an image or a mention. What stands in backticks is code. */
function prose(text: string): string {
  const parts = escapeToOneLine(text).split(/(`[^`]+`)/);
  return parts.map((part, n) => (n % 2 === 1 ? part : escapeMarkup(part))).join('');
}

function escapeMarkup(text: string): string {
  // No escape keeps GitHub from mentioning a name.
  return text.replace(/[\\`*_[\]<>|~]/g, '\\$&').replaceAll('@', '@\u200b');
}

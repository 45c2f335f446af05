/** A tree of requests on one clock: each service's calls as bars, below the request that made them. */

import { statusTextOf } from '../../domain/request.js';
import { routeNameOf } from '../../domain/route.js';
import { isTimed, kindOf } from '../../domain/span-kinds.js';
import { escapeToOneLine, formatCount, formatMs } from '../../domain/text.js';
import { countedSpans, type Span, type Trace } from '../../domain/trace.js';
import { callsOfChildren } from '../../insight/calls/child-calls.js';
import { type Group, groupsOf } from '../../insight/calls/groups.js';
import { type RequestTree, type TreeLoop, treeLoops } from '../../insight/calls/request-tree.js';
import { drawingWidth } from '../../terminal/capabilities.js';
import { cellWidth, cleanText, fitText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { severityRole, statusRole } from '../../terminal/roles.js';
import { wrapText } from '../../terminal/wrap.js';
import { timelineBar } from '../../tui/panels/timeline.js';
import { traceHeadline } from './trace.js';

const TIME_WIDTH = 9;
const MIN_BARS = 10;
const MIN_LABEL = 24;
const INDENT = 2;
const MAX_GROUPS = 20;

interface Layout {
  /** Epoch ms of the clock's zero, and ms that the bars cover. */
  start: number;
  extent: number;
  label: number;
  cells: number;
  format: OutputFormat;
}

type Bar = Pick<Span, 'start' | 'duration'>;

/** Headline of the topmost request, loops across requests, and a row per request and group of calls. */
export function treeLines(tree: RequestTree, format: OutputFormat): string[] {
  const columns = drawingWidth(format.width);
  const label = Math.max(MIN_LABEL, Math.floor(columns * 0.5));
  const cells = Math.max(MIN_BARS, columns - label - TIME_WIDTH - 3);
  const { start } = tree.trace;
  const layout: Layout = { start, extent: Math.max(0.1, endOf(tree) - start), label, cells, format };
  return [
    traceHeadline(tree.trace, format),
    format.style('dim', `  ${sizeText(tree)}`),
    ...treeLoops(tree).flatMap((loop) => loopLines(loop, format)),
    '',
    ...nodeLines(tree, 0, layout),
  ];
}

/** Epoch ms at which the last of the tree's requests ended. */
function endOf({ trace, children }: RequestTree): number {
  return Math.max(trace.start + (trace.duration ?? 0), ...children.map(endOf));
}

function sizeText(tree: RequestTree): string {
  const all = (node: RequestTree): Trace[] => [node.trace, ...node.children.flatMap(all)];
  const traces = all(tree);
  const services = new Set(traces.map(({ app }) => app?.command));
  return `${formatCount(traces.length, 'request')} in ${formatCount(services.size, 'process', 'processes')}`;
}

function loopLines({ kind, shape, site, calls, requests, ms, above, made }: TreeLoop, format: OutputFormat) {
  const { style, width } = format;
  const where = site === undefined ? '' : `  ${style('accent', escapeToOneLine(site))}`;
  const sentence = `${nameOf(above)} led to ${formatCount(requests, 'request')} of ${nameOf(made)}, which made ${
    calls === requests ? 'this call once each' : `this call ${calls} times in all`
  }: ${escapeToOneLine(shape)}`;
  return [
    '',
    `  ${style(severityRole('high'), `N+1 ACROSS REQUESTS`)}  ${cleanText(kind)}${where}  ${style('bold', formatMs(ms))}`,
    ...wrapText(sentence, width - 4, '').map((line) => `    ${line}`),
  ];
}

function nameOf(trace: Trace): string {
  return escapeToOneLine(`${trace.method} ${routeNameOf(trace)}`);
}

function nodeLines({ trace, children, more }: RequestTree, depth: number, layout: Layout): string[] {
  const spans = countedSpans(trace.spans);
  const groups = groupsOf(spans).filter(({ kind }) => isTimed({ kind }));
  const calls = callsOfChildren(
    { start: trace.start, spans },
    children.map((child) => child.trace),
  );
  const left = new Set(children);
  const lines = [requestRow(trace, depth, layout)];
  const offset = trace.start - layout.start;
  for (const group of groups.slice(0, MAX_GROUPS)) {
    const bar = barOf(group, trace);
    lines.push(groupRow(group, { ...bar, start: offset + bar.start }, depth + 1, layout));
    // What a call became in another service stands below that call.
    const own = group.kind === 'http' ? new Set<number | undefined>(group.spans) : undefined;
    for (const [at, child] of children.entries()) {
      if (!own?.has(calls[at])) continue;
      left.delete(child);
      lines.push(...nodeLines(child, depth + 2, layout));
    }
  }
  const { style } = layout.format;
  const note = (text: string) => style('dim', `${' '.repeat((depth + 1) * INDENT)}… ${text}`);
  if (groups.length > MAX_GROUPS)
    lines.push(note(formatCount(groups.length - MAX_GROUPS, 'more group of calls', 'more groups of calls')));
  for (const child of left) lines.push(...nodeLines(child, depth + 1, layout));
  if (more > 0) lines.push(note(`${formatCount(more, 'more request')}`));
  return lines;
}

/** From the first call of a group to the end of its last. */
function barOf({ spans }: Group, trace: Trace): Bar {
  const counted = countedSpans(trace.spans);
  const own = spans.map((index) => counted[index]!);
  const start = own[0]!.start;
  const ends = own.map((span) => span.start + (span.wait ?? 0) + (span.duration ?? 0));
  return { start, duration: Math.max(...ends) - start };
}

function requestRow(trace: Trace, depth: number, layout: Layout): string {
  const { style } = layout.format;
  const { duration = 0, status } = trace;
  const outcome = statusTextOf(trace);
  const service = trace.app === undefined ? '' : `  ${escapeToOneLine(trace.app.command)}`;
  const name = `${nameOf(trace)} `;
  const label = ' '.repeat(depth * INDENT) + name;
  const room = layout.label - cellWidth(label) - cellWidth(outcome);
  const text =
    room < 0
      ? fitText(label + outcome, layout.label)
      : style('bold', label) + style(statusRole(status ?? 0), outcome) + style('dim', fitText(service, room));
  return row(text, { start: trace.start - layout.start, duration }, 'accent', layout);
}

function groupRow(group: Group, bar: Bar, depth: number, layout: Layout): string {
  const { style } = layout.format;
  const count = group.spans.length > 1 ? `${group.spans.length}× ` : '';
  const lead = `${' '.repeat(depth * INDENT)}${count}${cleanText(group.kind)} `;
  const { role } = kindOf(group.kind);
  const text =
    style(role, lead) + fitText(escapeToOneLine(group.label), Math.max(0, layout.label - cellWidth(lead)));
  const failed = group.errors > 0;
  return row(text, bar, failed ? 'error' : role, layout);
}

function row(label: string, bar: Bar, role: Parameters<OutputFormat['style']>[0], layout: Layout): string {
  const { extent, cells, format } = layout;
  const [before, , took] = timelineBar({ ...bar, start: Math.max(0, bar.start) }, extent, cells);
  const used = cellWidth(before) + cellWidth(took);
  return [
    label,
    before + format.style(role, took) + ' '.repeat(Math.max(0, cells - used)),
    fitText(formatMs(bar.duration ?? 0), TIME_WIDTH - 1, 'right'),
  ].join(' ');
}

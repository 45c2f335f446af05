/** Difference of two requests or two runs, as text and as JSON. */

import { findingWord } from '../../domain/finding-kinds.js';
import { escapeToOneLine, formatCount, formatMs, readableUrl } from '../../domain/text.js';
import type { Change, Verdict } from '../../insight/metrics/compare.js';
import { formatAgo } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import type { OutputRole } from '../../terminal/style.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { wrapText } from '../../terminal/wrap.js';
import type { ComparedFinding, ComparedSide, Difference, MetricChange } from '../select/difference.js';

/** Difference as text. */
export function differenceLines(difference: Difference, format: OutputFormat): string[] {
  const { before, after, metrics, routes = [], calls } = difference;
  return [
    sideLine('before', before, format),
    sideLine('after', after, format),
    '',
    ...metricLines(metrics, format),
    ...findingLines(difference, format),
    ...changeLines('ROUTE', routes, format),
    ...changeLines('CALL', calls, format),
    '',
    summary(calls, format),
  ];
}

function sideLine(name: string, side: ComparedSide, { style, now }: OutputFormat): string {
  const parts =
    'trace' in side
      ? [
          escapeToOneLine(`${side.trace.method} ${readableUrl(side.trace.url)}`),
          side.trace.id.slice(0, 8),
          formatAgo(side.trace.start, now),
        ]
      : [escapeToOneLine(side.run.command), `run ${side.run.number}`, formatAgo(side.run.start, now)];
  const [title, ...rest] = parts;
  return `${style('dim', name.padEnd(8))}${style('bold', title!)}  ${style('dim', rest.join('  '))}`;
}

const METRIC_COLUMNS: Column[] = [
  { head: '', minWidth: 4 },
  { head: 'BEFORE', align: 'right' },
  { head: 'AFTER', align: 'right' },
  { head: 'CHANGE', align: 'right' },
];

function metricLines(metrics: MetricChange[], format: OutputFormat): string[] {
  const rows = metrics.map(({ name, unit, before, after }): Cell[] => {
    const text = (n: number | undefined) => (n === undefined ? '-' : formatValue(unit, n));
    return [[cleanText(name)], [text(before)], [text(after)], changeCell(unit, before, after)];
  });
  return tableLines(METRIC_COLUMNS, rows, format);
}

function formatValue(unit: MetricChange['unit'], n: number): string {
  if (unit === 'ms') return formatMs(n);
  return Number.isInteger(n) ? n.toLocaleString('en-US') : n.toFixed(1);
}

function changeCell(unit: MetricChange['unit'], before = 0, after = 0): Cell {
  const difference = formatValue(unit, Math.abs(after - before));
  if (difference === formatValue(unit, 0)) return ['=', 'dim'];
  return after > before ? [`+${difference}`, 'warn'] : [`-${difference}`, 'ok'];
}

function findingLines({ findings }: Difference, format: OutputFormat): string[] {
  const linesOf = (label: string, role: OutputRole, list: ComparedFinding[]) =>
    list.flatMap((finding) => findingText(label, role, finding, format));
  const lines = [
    ...linesOf('gone', 'ok', findings.gone),
    ...linesOf('new', 'error', findings.new),
    ...linesOf('stays', 'warn', findings.stays),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

/** Cells of the label (gone, new, stays) before a finding. */
const LABEL_WIDTH = 7;

function findingText(
  label: string,
  role: OutputRole,
  finding: ComparedFinding,
  { style, width }: OutputFormat,
): string[] {
  const { kind, function: name, site, requests } = finding;
  const where = [name, site && `(${site})`].filter(Boolean).join(' ');
  const frequency = requests === undefined ? '' : `  in ${formatCount(requests, 'request')}`;
  const head = `${style('bold', findingWord(escapeToOneLine(kind)))}  ${style('accent', escapeToOneLine(where))}${frequency}`;
  const [first, ...rest] = wrapText(escapeToOneLine(finding.message), width - LABEL_WIDTH, '');
  const indent = ' '.repeat(LABEL_WIDTH);
  return [
    `${style(role, label.padEnd(LABEL_WIDTH))}${head}`,
    ...[first!, ...rest].map((line) => indent + line),
  ];
}

const ROLES: Record<Verdict, OutputRole> = {
  new: 'warn',
  gone: 'ok',
  more: 'warn',
  fewer: 'ok',
  slower: 'warn',
  faster: 'ok',
  same: 'dim',
};

function changeLines(head: string, changes: Change[], format: OutputFormat): string[] {
  const columns: Column[] = [
    { head: '' },
    { head: 'OFTEN', align: 'right', dropOrder: 2 },
    { head: 'TIME', align: 'right', dropOrder: 1 },
    { head, minWidth: 20 },
    { head: 'LINE' },
  ];
  const rows = changes
    .filter(({ verdict }) => verdict !== 'same')
    .map(({ verdict, kind, text, site = '', before, after }): Cell[] => [
      [verdict, ROLES[verdict]],
      [countChange(before?.count, after?.count)],
      [valueChange(before?.ms, after?.ms, formatMs)],
      [cleanText(kind === 'sql' ? text : `${kind} ${text}`)],
      [cleanText(site), 'accent'],
    ]);
  return rows.length > 0 ? ['', ...tableLines(columns, rows, format)] : [];
}

/** Counts of both sides; empty when both are one call per request, as for a route. */
function countChange(before: number | undefined, after: number | undefined): string {
  const isOnce = (before ?? 1) === 1 && (after ?? 1) === 1;
  return isOnce ? '' : valueChange(before, after, (n) => formatValue('count', n));
}

/** `50 -> 1`; a single value when a side is missing or both look alike. */
function valueChange(
  before: number | undefined,
  after: number | undefined,
  formatWhole: (n: number) => string,
): string {
  if (before === undefined || after === undefined) return formatWhole((before ?? after)!);
  const [old, now] = [formatWhole(before), formatWhole(after)];
  return old === now ? now : `${old} -> ${now}`;
}

function summary(calls: Change[], { style }: OutputFormat): string {
  const same = calls.filter(({ verdict }) => verdict === 'same').length;
  if (calls.length === 0) return style('dim', 'Neither made a call that scooby records.');
  if (same === calls.length) return style('dim', 'The same calls, as often and about as fast.');
  return style(
    'dim',
    same === 0
      ? 'There are no other calls.'
      : `${formatCount(same, 'other call')} as often and about as fast.`,
  );
}

/** Document of `--json`. */
export function differenceJson({ before, after, metrics, findings, routes, calls }: Difference): object {
  const findingsJson = (list: ComparedFinding[]) =>
    list.map(({ id, kind, message, site, function: name, ms: cost, requests }) => ({
      id,
      kind,
      message,
      ...(site !== undefined && { site }),
      ...(name !== undefined && { function: name }),
      ms: cost,
      ...(requests !== undefined && { requests }),
    }));
  return {
    before: sideJson(before),
    after: sideJson(after),
    figures: metrics,
    findings: {
      gone: findingsJson(findings.gone),
      new: findingsJson(findings.new),
      stays: findingsJson(findings.stays),
    },
    ...(routes && { routes }),
    calls,
  };
}

function sideJson(side: ComparedSide): object {
  if ('run' in side) return { run: side.run.number, start: side.run.start, command: side.run.command };
  const { id, method, url, route, status, start } = side.trace;
  return {
    id,
    method,
    url,
    ...(route !== undefined && { route }),
    ...(status !== undefined && { status }),
    start,
  };
}

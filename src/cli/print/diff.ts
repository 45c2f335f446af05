/** The difference of two requests or two runs as text and as JSON. */

import { escapeToOneLine, formatCount, formatMs } from '../../domain/text.js';
import type { Change, Verdict } from '../../insight/metrics/compare.js';
import { ago } from '../../terminal/age.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import type { OutputRole } from '../../terminal/style.js';
import { type Cell, type Column, tableLines } from '../../terminal/table.js';
import { wrapText } from '../../terminal/wrap.js';
import type { ComparedFinding, ComparedSide, Difference, MetricChange } from '../select/difference.js';

/** Answers all lines of a difference. */
export function differenceLines(difference: Difference, format: OutputFormat): string[] {
  const { before, after, metrics, routes = [], calls } = difference;
  return [
    sideLine('before', before, format),
    sideLine('after', after, format),
    '',
    ...figureLines(metrics, format),
    ...findingLines(difference, format),
    ...changeLines('ROUTE', routes, format),
    ...changeLines('CALL', calls, format),
    '',
    summary(calls, format),
  ];
}

function sideLine(name: string, side: ComparedSide, { style, now }: OutputFormat): string {
  const words =
    'trace' in side
      ? [
          escapeToOneLine(`${side.trace.method} ${side.trace.url}`),
          side.trace.id.slice(0, 8),
          ago(side.trace.start, now),
        ]
      : [escapeToOneLine(side.run.command), `run ${side.run.number}`, ago(side.run.start, now)];
  const [what, ...rest] = words;
  return `${style('dim', name.padEnd(8))}${style('bold', what!)}  ${style('dim', rest.join('  '))}`;
}

const FIGURES: Column[] = [
  { head: '', atLeast: 4 },
  { head: 'BEFORE', align: 'right' },
  { head: 'AFTER', align: 'right' },
  { head: 'CHANGE', align: 'right' },
];

function figureLines(figures: MetricChange[], format: OutputFormat): string[] {
  const rows = figures.map(({ name, unit, before, after }): Cell[] => {
    const text = (n: number | undefined) => (n === undefined ? '-' : written(unit, n));
    return [[cleanText(name)], [text(before)], [text(after)], changeCell(unit, before, after)];
  });
  return tableLines(FIGURES, rows, format);
}

function written(unit: MetricChange['unit'], n: number): string {
  if (unit === 'ms') return formatMs(n);
  return Number.isInteger(n) ? n.toLocaleString('en-US') : n.toFixed(1);
}

function changeCell(unit: MetricChange['unit'], before = 0, after = 0): Cell {
  const by = written(unit, Math.abs(after - before));
  if (by === written(unit, 0)) return ['=', 'dim'];
  return after > before ? [`+${by}`, 'warn'] : [`-${by}`, 'ok'];
}

function findingLines({ findings }: Difference, format: OutputFormat): string[] {
  const told = (fate: string, role: OutputRole, found: ComparedFinding[]) =>
    found.flatMap((finding) => findingText(fate, role, finding, format));
  const lines = [
    ...told('gone', 'ok', findings.gone),
    ...told('new', 'error', findings.new),
    ...told('stays', 'warn', findings.stays),
  ];
  return lines.length > 0 ? ['', ...lines] : [];
}

const FATE = 7;

function findingText(
  fate: string,
  role: OutputRole,
  finding: ComparedFinding,
  { style, width }: OutputFormat,
): string[] {
  const { kind, function: name, site, requests } = finding;
  const where = [name, site && `(${site})`].filter(Boolean).join(' ');
  const often = requests === undefined ? '' : `  in ${formatCount(requests, 'request')}`;
  const head = `${style('bold', escapeToOneLine(kind).toUpperCase())}  ${style('accent', escapeToOneLine(where))}${often}`;
  const [first, ...rest] = wrapText(escapeToOneLine(finding.message), width - FATE, '');
  const indent = ' '.repeat(FATE);
  return [`${style(role, fate.padEnd(FATE))}${head}`, ...[first!, ...rest].map((line) => indent + line)];
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
    { head: 'OFTEN', align: 'right', gone: 2 },
    { head: 'TIME', align: 'right', gone: 1 },
    { head, atLeast: 20 },
    { head: 'LINE' },
  ];
  const rows = changes
    .filter(({ verdict }) => verdict !== 'same')
    .map(({ verdict, kind, text, site = '', before, after }): Cell[] => [
      [verdict, ROLES[verdict]],
      [often(before?.count, after?.count)],
      [sides(before?.ms, after?.ms, formatMs)],
      [cleanText(kind === 'sql' ? text : `${kind} ${text}`)],
      [cleanText(site), 'accent'],
    ]);
  return rows.length > 0 ? ['', ...tableLines(columns, rows, format)] : [];
}

/** How often is told where it is not once, as of a route. */
function often(before: number | undefined, after: number | undefined): string {
  const once = (before ?? 1) === 1 && (after ?? 1) === 1;
  return once ? '' : sides(before, after, (n) => written('count', n));
}

/** `50 -> 1`, or the one that there is. */
function sides(before: number | undefined, after: number | undefined, text: (n: number) => string): string {
  if (before === undefined || after === undefined) return text((before ?? after)!);
  const [old, now] = [text(before), text(after)];
  return old === now ? now : `${old} -> ${now}`;
}

function summary(calls: Change[], { style }: OutputFormat): string {
  const same = calls.filter(({ verdict }) => verdict === 'same').length;
  if (calls.length === 0) return style('dim', 'Neither made a call that scooby knows of.');
  if (same === calls.length) return style('dim', 'The same calls, as often and about as fast.');
  return style(
    'dim',
    same === 0 ? 'No other call was made.' : `${formatCount(same, 'other call')} as often and about as fast.`,
  );
}

/** Answers the document of `--json`. */
export function differenceJson({ before, after, metrics, findings, routes, calls }: Difference): object {
  const list = (found: ComparedFinding[]) =>
    found.map(({ id, kind, message, site, function: name, ms: cost, requests }) => ({
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
    findings: { gone: list(findings.gone), new: list(findings.new), stays: list(findings.stays) },
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

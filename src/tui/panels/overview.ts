/** Overview tab: the findings of a request, and its time by kind of call. */

import { findingWord } from '../../domain/finding-kinds.js';
import { winText } from '../../domain/finding-win.js';
import { hasErrors } from '../../domain/request.js';
import { parseSite } from '../../domain/site.js';
import { kindOf } from '../../domain/span-kinds.js';
import { formatCount, formatMs, readableUrl } from '../../domain/text.js';
import { timeSpentIn } from '../../domain/time-spent.js';
import { countedSpans, type Finding, type Trace, timeOf } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import {
  cellWidth,
  cleanText,
  cutMiddle,
  fitText,
  type Line,
  type Segment,
  wrapLine,
} from '../../terminal/cells.js';
import { severityRole } from '../../terminal/roles.js';
import { timeBarLines } from '../../terminal/time-lane.js';
import { errorEntry, errorRows, thrownText } from './error-rows.js';
import type { Panel, PanelContext, TableRow, TextLine } from './panel.js';
import { codeRows, stackLines } from './stack-detail.js';

/** Totals of a request as a phrase: `12 queries 34ms, 3 logs`. */
function totalsText(trace: Trace): string {
  const parts = Object.entries(trace.totals).map(([kind, total]) => {
    const { noun, nouns } = kindOf(kind);
    return `${formatCount(total.count, noun, nouns)}${total.ms > 0 ? ` ${formatMs(timeOf(total))}` : ''}`;
  });
  return parts.length > 0 ? parts.join(', ') : 'no calls';
}

/** Number of findings; without any, whether that is good news. */
function verdict(trace: Trace): Segment {
  if (trace.findings.length > 0) return [` ${formatCount(trace.findings.length, 'finding')}`, 'title'];
  if (trace.state === 'open') return [' nothing suspicious so far', 'dim'];
  if (hasErrors(trace)) return [' no finding besides the failure', 'warn'];
  return [' nothing suspicious found', 'ok'];
}

/** Rows that a line of the head takes at most: its text is whole in other places. */
const MAX_HEAD_ROWS = 2;

/** The head, whose lines go on in a second row where they are too long. */
function headLines(trace: Trace, columns: number): Line[] {
  return factLines(trace, columns).flatMap((line) => wrapLine(line, columns, 9).slice(0, MAX_HEAD_ROWS));
}

function factLines(trace: Trace, columns: number): Line[] {
  const lines: Line[] = errorRows(trace);
  const addRow = (name: string, text: string | undefined, role = '') => {
    if (text) lines.push([' ', [fitText(name, 8), 'dim'], role ? [cleanText(text), role] : cleanText(text)]);
  };
  if (readableUrl(trace.url) !== trace.url) addRow('sent', trace.url);
  addRow('route', trace.route ? `${trace.method} ${trace.route}` : undefined);
  addRow('handler', trace.handler, 'accent');
  addRow(
    'params',
    trace.params &&
      Object.entries(trace.params)
        .map(([name, value]) => `${name}=${value}`)
        .join('  '),
  );
  const goal = isUnit(trace) ? 'was done' : 'answered';
  if (trace.state === 'died')
    lines.push([' ', [`the app ended before it ${goal}; this is what it had done`, 'error']]);
  if (trace.errors === undefined) addRow('failed', trace.error?.split('\n', 1)[0], 'error');
  addRow('cause', trace.parent && `of ${trace.parent.slice(0, 8)}`);
  if (trace.state === 'open') lines.push([' ', ['still running', 'warn']]);
  for (const note of trace.notes ?? []) lines.push([' ', [`not captured: ${cleanText(note)}`, 'warn']]);
  if (trace.dropped)
    lines.push([' ', [`${formatCount(trace.dropped, 'call')} not kept: there were too many`, 'warn']]);
  addRow('calls', totalsText(trace));
  lines.push(...timeBarLines(timeSpentIn(trace), columns), []);
  lines.push([verdict(trace)]);
  return lines;
}

/** Widths of the first columns: of the word of a finding or the kind of a call, and of a line. */
interface OverviewColumns {
  word: number;
  /** 0 where no finding's win is known, or where there is no room. */
  win: number;
  site: number;
}

type ColumnsOf = (cells: number) => OverviewColumns;

/** Below it the message needs the room. */
const MIN_COLUMNS_FOR_WINS = 70;

function overviewColumns(trace: Trace, columns: number): OverviewColumns {
  const { findings, totals } = trace;
  const words = [...findings.map(({ kind }) => kind), ...Object.keys(totals)];
  const widest = (texts: string[]) => Math.max(0, ...texts.map((text) => cellWidth(cleanText(text))));
  const sites = findings.map(({ site = '' }) => site);
  const win = columns < MIN_COLUMNS_FOR_WINS ? 0 : widest(findings.map((finding) => winText(finding, trace)));
  const site = Math.min(widest(sites), Math.floor(columns * 0.35));
  return { word: Math.max(6, widest(words)), win, site };
}

function findingEntry(finding: Finding, trace: Trace, columnsOf: ColumnsOf): TableRow {
  const first = finding.spans[0];
  const position = parseSite(finding.site);
  const kind = trace.spans[first ?? -1]?.kind;
  const tab = kind === undefined ? undefined : kindOf(kind).title;
  return {
    ...(first === undefined ? {} : { span: first }),
    ...(position ? { position } : {}),
    ...(tab ? { tab } : {}),
    line: (cells) => {
      const columns = columnsOf(cells);
      return [
        [` ${fitText(findingWord(finding.kind), columns.word)}`, severityRole(finding.severity)],
        [fitText(formatMs(finding.ms), 8, 'right'), 'bold'],
        [columns.win > 0 ? `  ${fitText(winText(finding, trace), columns.win)}` : '', 'ok'],
        '  ',
        [fitText(cutMiddle(cleanText(finding.site ?? ''), columns.site), columns.site), 'accent'],
        columns.site > 0 ? '  ' : '',
        messageBeside(finding, columns.site),
      ];
    },
  };
}

/** Message of a finding; where it begins with the whole text of the column before it, without that. */
function messageBeside({ message, site = '' }: Finding, cells: number): string {
  const isSaid = site !== '' && message.startsWith(`${site} `) && cellWidth(cleanText(site)) <= cells;
  return cleanText(isSaid ? message.slice(site.length + 1) : message);
}

function kindEntry(kind: string, trace: Trace, columnsOf: ColumnsOf): TableRow {
  const total = trace.totals[kind]!;
  const { title, role, noun, nouns } = kindOf(kind);
  const errors = total.errors ? formatCount(total.errors, 'error') : '';
  return {
    tab: title,
    line: (cells) => [
      [` ${fitText(kind, columnsOf(cells).word)}`, role],
      fitText(formatMs(timeOf(total)), 8, 'right'),
      `  ${formatCount(total.count, noun, nouns)}`,
      errors ? [`   ${errors}`, 'error'] : '',
    ],
  };
}

function findingText(finding: Finding, context: PanelContext): TextLine[] {
  const position = parseSite(finding.site);
  const lines: TextLine[] = [{ line: [' ', [cleanText(finding.message), 'bold']], prose: true }];
  const win = winText(finding, context.trace);
  if (win !== '')
    lines.push({
      line: [
        [' win   ', 'dim'],
        [win, 'ok'],
      ],
    });
  if (finding.proof !== undefined)
    lines.push({ line: [[' proof ', 'dim'], cleanText(finding.proof)], prose: true });
  if (finding.suggestion)
    lines.push({
      line: [
        [' try   ', 'dim'],
        [cleanText(finding.suggestion), 'ok'],
      ],
      prose: true,
    });
  lines.push({ line: [] });
  if (position) {
    lines.push({
      line: [
        [' at ', 'dim'],
        cleanText(finding.function ?? ''),
        ' ',
        [cleanText(finding.site!), 'accent'],
        ['   e opens it', 'dim'],
      ],
      position,
    });
    // Only 2 lines of context, so that the line itself is visible on a small screen.
    lines.push(...codeRows(context.source(position.file), position, 2));
  }
  const confidence = finding.confidence >= 0.9 ? 'sure' : finding.confidence >= 0.6 ? 'likely' : 'possible';
  lines.push(
    { line: [] },
    { line: [[` ${confidence}: ${finding.reasons.map(cleanText).join('; ')}`, 'dim']], prose: true },
  );
  const span = context.trace.spans[finding.spans[0] ?? -1];
  if (span) lines.push({ line: [] }, ...stackLines(span, { ...context, source: () => undefined }));
  return lines;
}

function kindText(kind: string, context: PanelContext): TextLine[] {
  const spans = countedSpans(context.trace.spans).filter((span) => span.kind === kind);
  const slowest = spans.sort((a, b) => (b.duration ?? 0) - (a.duration ?? 0)).slice(0, 10);
  const lines: TextLine[] = [{ line: [[' the slowest', 'dim']] }];
  for (const span of slowest) {
    const position = parseSite(span.site);
    lines.push({
      line: [
        fitText(formatMs(span.duration ?? 0), 8, 'right'),
        ' ',
        cleanText(span.name),
        '  ',
        [cleanText(span.site ?? ''), 'accent'],
      ],
      ...(position ? { position } : {}),
    });
  }
  return lines;
}

/** The request with what mending its findings would win further away, and the duration that is then. */
function withFindingsAway({ trace, away }: PanelContext): Trace {
  return away ? { ...trace, findings: away.findings, duration: away.away } : trace;
}

export const overviewPanel: Panel = {
  title: 'Overview',
  short: 'Over',
  key: '1',
  canBeEmpty: false,
  spans: (trace) => trace.spans,
  badge: () => '',
  page: (context) => {
    const trace = withFindingsAway(context);
    const { errors = [] } = trace;
    // An error has its own row.
    const findings = trace.findings.filter(({ kind }) => kind !== 'thrown' || errors.length === 0);
    const kinds = Object.keys(trace.totals).sort((a, b) => trace.totals[b]!.ms - trace.totals[a]!.ms);
    // Measured once a width, not for each row of each frame.
    const measured = new Map<number, OverviewColumns>();
    const columnsOf = (cells: number) => {
      const known = measured.get(cells) ?? overviewColumns(trace, cells);
      measured.set(cells, known);
      return known;
    };
    return {
      headLines: (columns) => headLines(context.trace, columns),
      entries: [
        ...errors.map((error) => errorEntry(error, trace)),
        ...findings.map((finding) => findingEntry(finding, trace, columnsOf)),
        ...kinds.map((kind) => kindEntry(kind, trace, columnsOf)),
      ],
      text: (index) => {
        const error = errors[index];
        if (error) return thrownText(error, context);
        const at = index - errors.length;
        const finding = findings[at];
        return finding
          ? findingText(finding, { ...context, trace })
          : kindText(kinds[at - findings.length] ?? '', context);
      },
    };
  },
};

/** A table of calls, grouped by what they ask or one by one: what SQL, cache, RPC, HTTP and unknown kinds share. */

import type { Dialect } from '../../domain/library.js';
import { parseSite } from '../../domain/site.js';
import { kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import type { Span, Trace } from '../../domain/trace.js';
import { type Group, groupsOf } from '../../insight/calls/groups.js';
import { dialectOf } from '../../insight/libraries.js';
import {
  cellWidth,
  cleanText,
  cutLine,
  cutMiddle,
  fitText,
  type Line,
  lineWidth,
} from '../../terminal/cells.js';
import { MAX_LABEL } from '../view/sql-highlight.js';
import { emptyPage, type Panel, type PanelContext, type PanelPage, type TableRow } from './panel.js';
import { groupText, spanText } from './span-detail.js';

/** How one kind of call is shown. */
interface CallsPanelOptions {
  /** Head of the column of what was asked. */
  head: string;
  /** Text of the call or the group in its row, read by its library's dialect. */
  label(text: string, dialect: Dialect): Line;
}

function number(text: string, cells: number): string {
  return `${fitText(text, cells, 'right')} `;
}

function placeAt(span: Span): Pick<TableRow, 'place'> {
  const found = parseSite(span.site);
  return found ? { place: found } : {};
}

/** The kinds of findings that a span is part of, for the mark at the row's end. */
function marksOf(trace: Trace): Map<number, string> {
  const marks = new Map<number, string>();
  for (const finding of trace.findings) {
    for (const span of finding.spans) if (!marks.has(span)) marks.set(span, finding.kind.toUpperCase());
  }
  return marks;
}

/** Answers a row: figures, what was asked as far as it fits, and at the end what is wrong with it. */
function withMark(
  figures: Line,
  columns: number,
  mark: string | undefined,
  error: boolean,
  label: Line,
): Line {
  const shown = error ? 'ERR' : mark;
  if (!shown) return [...figures, ...label];
  const room = Math.max(1, columns - lineWidth(figures) - shown.length - 1);
  const held = cutLine(label, room);
  const gap = ' '.repeat(Math.max(0, room - lineWidth(held)));
  return [...figures, ...held, `${gap} `, [shown, error ? 'error' : 'warn']];
}

/** Answers the groups of the calls at those positions, which their spans are counted by again. */
function groupsAt(trace: Trace, indices: number[], sorted: PanelContext['sorted']): Group[] {
  const spans = indices.map((index) => trace.spans[index]!);
  const groups = groupsOf(spans).map((group) => ({
    ...group,
    slowest: indices[group.slowest]!,
    spans: group.spans.map((at) => indices[at]!),
  }));
  return sorted === 'total' ? groups.sort((a, b) => b.total - a.total) : groups;
}

/** Cells that a row needs to name its line beside what is asked. */
const WIDE = 100;

/** Answers what a row asks, and from which line. */
function withSite(label: Line, site: string | undefined, cells: number): Line {
  if (site === undefined) return label;
  const shown = cutMiddle(cleanText(site), Math.max(12, Math.floor(cells / 2) - 2));
  return [...cutLine(label, Math.max(4, cells - cellWidth(shown) - 2)), '  ', [shown, 'accent']];
}

// A row has no room for the rest of a long statement, whose reading would take time.
function labelOf(calls: CallsPanelOptions, text: string, dialect: Dialect): Line {
  return calls.label(cleanText(text.slice(0, MAX_LABEL)), dialect);
}

function groupEntry(
  group: Group,
  trace: Trace,
  { calls, mark, alike }: { calls: CallsPanelOptions; mark: string | undefined; alike: boolean },
): TableRow {
  const label = labelOf(calls, group.shape, dialectOf(trace, group.library));
  const { total, average, errors, slowest, site } = group;
  const place = parseSite(site);
  return {
    span: slowest,
    ...(place ? { place } : placeAt(trace.spans[slowest]!)),
    line: (columns) => {
      const figures: Line = [
        number(`${group.spans.length}×`, 6),
        number(formatMs(total), 7),
        ...(columns < 50 ? [] : [number(formatMs(average), 7)]),
        ' ',
      ];
      // Of two rows that ask the same, the lines tell them apart.
      const named = alike || columns >= WIDE;
      const room = columns - lineWidth(figures) - (mark === undefined ? 0 : mark.length + 1);
      return withMark(figures, columns, mark, errors > 0, named ? withSite(label, site, room) : label);
    },
  };
}

function grouped(reading: PanelContext, indices: number[], calls: CallsPanelOptions): PanelPage {
  const { trace } = reading;
  const list = groupsAt(trace, indices, reading.sorted);
  const marks = marksOf(trace);
  const entries = list.map((group) => {
    const alike = list.some((other) => other !== group && other.shape === group.shape);
    return groupEntry(group, trace, { calls, alike, mark: marks.get(group.spans[0]!) });
  });
  const order = reading.sorted === 'total' ? 'TOTAL↓' : 'TOTAL';
  return {
    groups: true,
    entries,
    head: (columns) => [
      [
        [
          `${number('COUNT', 6)}${number(order, 7)}${columns < 50 ? '' : number('AVG', 7)} ${calls.head}${columns < 60 ? '' : '  v: one by one'}`,
          'head',
        ],
      ],
    ],
    text: (index) => {
      const group = list[index];
      return group
        ? groupText(
            group.spans.map((at) => trace.spans[at]!),
            reading,
          )
        : [];
    },
  };
}

function single(reading: PanelContext, indices: number[], calls: CallsPanelOptions): PanelPage {
  const { trace } = reading;
  const list = [...indices];
  if (reading.sorted === 'total') list.sort((a, b) => trace.spans[a]!.start - trace.spans[b]!.start);
  else list.sort((a, b) => (trace.spans[b]!.duration ?? 0) - (trace.spans[a]!.duration ?? 0));
  const marks = marksOf(trace);
  const entries = list.map((index): TableRow => {
    const span = trace.spans[index]!;
    const label = labelOf(calls, span.name, dialectOf(trace, span.library));
    return {
      span: index,
      ...placeAt(span),
      line: (columns) => {
        const took = span.duration === undefined ? '…' : formatMs(span.duration);
        const rows = columns < 50 ? [] : [number(span.rows === undefined ? '' : String(span.rows), 5)];
        const figures: Line = [[number(`+${formatMs(span.start)}`, 8), 'dim'], number(took, 7), ...rows, ' '];
        return withMark(figures, columns, marks.get(index), span.error !== undefined, label);
      },
    };
  });
  return {
    groups: true,
    entries,
    head: (columns) => [
      [
        [
          `${number('AT', 8)}${number('TOOK', 7)}${columns < 50 ? '' : number('ROWS', 5)} ${calls.head}${columns < 60 ? '' : '  v: grouped'}`,
          'head',
        ],
      ],
    ],
    text: (row) => {
      const span = trace.spans[list[row] ?? -1];
      return span ? spanText(span, reading) : [];
    },
  };
}

/** Answers a panel for one kind of call, under its title; `label` lays out what a row says of a call. */
export function callsPanel(kind: string, label: CallsPanelOptions['label'] = (text) => [text]): Panel {
  const { title, short, key, head, nouns } = kindOf(kind);
  const calls = { head, label };
  const reason = emptyReason(nouns);
  const spans = (trace: Trace) => trace.spans.filter((span) => span.kind === kind);
  return {
    ...{ title, short, key, kind },
    empty: true,
    spans,
    headline: (trace) => {
      const n = spans(trace).length;
      return n === 0 ? '' : String(n);
    },
    page: (reading) => {
      const indices = reading.trace.spans.flatMap((span, index) => (span.kind === kind ? [index] : []));
      if (indices.length === 0) return emptyPage(...reason(reading.trace));
      return reading.grouped ? grouped(reading, indices, calls) : single(reading, indices, calls);
    },
  };
}

/** Answers why a request has none of a kind: it asked for none, it is still running, or something could not be captured. */
export function emptyReason(what: string): (trace: Trace) => string[] {
  return (trace) => [
    trace.state === 'open'
      ? `no ${what} so far: the request is still running`
      : `this request made no ${what}`,
    ...(trace.notes ?? []).map((note) => `not captured: ${cleanText(note)}`),
    ...(trace.dropped ? [`${trace.dropped} calls were not kept: there were too many`] : []),
  ];
}

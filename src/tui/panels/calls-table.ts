/** Table of calls, grouped by shape or one by one, for the SQL, cache, RPC, HTTP and other tabs. */

import type { Dialect } from '../../domain/library.js';
import { parseSite } from '../../domain/site.js';
import { kindOf } from '../../domain/span-kinds.js';
import { formatMs } from '../../domain/text.js';
import { countedSpans, type Span, type Trace } from '../../domain/trace.js';
import type { Group } from '../../insight/calls/groups.js';
import { dialectOf } from '../../insight/libraries.js';
import { emptyReason, findingMarks, groupsAt, lateMark } from '../../screens/call-groups.js';
import { MAX_LABEL } from '../../screens/sql-highlight.js';
import {
  cellWidth,
  cleanText,
  cutLine,
  cutMiddle,
  fitText,
  type Line,
  lineWidth,
} from '../../terminal/cells.js';
import { compactCount } from '../../terminal/compact-count.js';
import { emptyPage, type Panel, type PanelContext, type PanelPage, type TableRow } from './panel.js';
import { groupText, spanText } from './span-detail.js';

/** Presentation of a kind of call. */
interface CallsPanelOptions {
  /** Head of the label column. */
  head: string;
  /** Label of a call or group; SQL is highlighted by its library's dialect. */
  label(text: string, dialect: Dialect): Line;
}

function numberCell(text: string, cells: number): string {
  return `${fitText(text, cells, 'right')} `;
}

function positionOf(span: Span): Pick<TableRow, 'position'> {
  const position = parseSite(span.site);
  return position ? { position } : {};
}

/** A row of figures, a label cut to fit, and at the end ERR or the kind of a finding. */
function withMark(
  figures: Line,
  columns: number,
  mark: string | undefined,
  error: boolean,
  label: Line,
): Line {
  const text = error ? 'ERR' : mark;
  if (!text) return [...figures, ...label];
  const room = Math.max(1, columns - lineWidth(figures) - text.length - 1);
  const cut = cutLine(label, room);
  const gap = ' '.repeat(Math.max(0, room - lineWidth(cut)));
  return [...figures, ...cut, `${gap} `, [text, error ? 'error' : 'warn']];
}

/** Columns from which a group's row shows its call site. */
const MIN_COLUMNS_FOR_SITE = 100;

/** A label followed by its call site, both cut to `cells`. */
function withSite(label: Line, site: string | undefined, cells: number): Line {
  if (site === undefined) return label;
  const text = cutMiddle(cleanText(site), Math.max(12, Math.floor(cells / 2) - 2));
  return [...cutLine(label, Math.max(4, cells - cellWidth(text) - 2)), '  ', [text, 'accent']];
}

// Highlighting a long statement takes time, and its row has no room for more than MAX_LABEL
// characters.
function labelOf(options: CallsPanelOptions, text: string, dialect: Dialect): Line {
  return options.label(cleanText(text.slice(0, MAX_LABEL)), dialect);
}

function groupEntry(
  group: Group,
  trace: Trace,
  { options, mark, hasTwin }: { options: CallsPanelOptions; mark: string | undefined; hasTwin: boolean },
): TableRow {
  const label = labelOf(options, group.shape, dialectOf(trace, group.library));
  const { total, average, errors, slowest, site } = group;
  const position = parseSite(site);
  return {
    span: slowest,
    ...(position ? { position } : positionOf(trace.spans[slowest]!)),
    line: (columns) => {
      const figures: Line = [
        numberCell(`${compactCount(group.spans.length, 5)}×`, 6),
        numberCell(formatMs(total), 7),
        ...(columns < 50 ? [] : [numberCell(formatMs(average), 7)]),
        ' ',
      ];
      // Rows of the same shape differ in their call sites only.
      const showsSite = hasTwin || columns >= MIN_COLUMNS_FOR_SITE;
      const room = columns - lineWidth(figures) - (mark === undefined ? 0 : mark.length + 1);
      return withMark(figures, columns, mark, errors > 0, showsSite ? withSite(label, site, room) : label);
    },
  };
}

function groupedPage(context: PanelContext, indices: number[], options: CallsPanelOptions): PanelPage {
  const { trace } = context;
  const sorted = groupsAt(trace, indices, context.sorted);
  const marks = findingMarks(trace);
  const entries = sorted.map((group) => {
    const hasTwin = sorted.some((other) => other !== group && other.shape === group.shape);
    return groupEntry(group, trace, {
      options,
      hasTwin,
      mark: marks.get(group.spans[0]!) ?? lateMark(group),
    });
  });
  const order = context.sorted === 'total' ? 'TOTAL↓' : 'TOTAL';
  return {
    isGroupable: true,
    entries,
    headLines: (columns) => [
      [
        [
          `${numberCell('COUNT', 6)}${numberCell(order, 7)}${columns < 50 ? '' : numberCell('AVG', 7)} ${options.head}${columns < 60 ? '' : '  v: one by one'}`,
          'head',
        ],
      ],
    ],
    text: (index) => {
      const group = sorted[index];
      return group
        ? groupText(
            group.spans.map((index) => trace.spans[index]!),
            context,
          )
        : [];
    },
  };
}

function ungroupedPage(context: PanelContext, indices: number[], options: CallsPanelOptions): PanelPage {
  const { trace } = context;
  const sorted = [...indices];
  if (context.sorted === 'total') sorted.sort((a, b) => trace.spans[a]!.start - trace.spans[b]!.start);
  else sorted.sort((a, b) => (trace.spans[b]!.duration ?? 0) - (trace.spans[a]!.duration ?? 0));
  const marks = findingMarks(trace);
  const entries = sorted.map((index): TableRow => {
    const span = trace.spans[index]!;
    const label = labelOf(options, span.name, dialectOf(trace, span.library));
    return {
      span: index,
      ...positionOf(span),
      line: (columns) => {
        const durationText = span.duration === undefined ? '…' : formatMs(span.duration);
        const rowCount =
          columns < 50 ? [] : [numberCell(span.rows === undefined ? '' : compactCount(span.rows, 5), 5)];
        const figures: Line = [
          [numberCell(`+${formatMs(span.start)}`, 8), 'dim'],
          numberCell(durationText, 7),
          ...rowCount,
          ' ',
        ];
        return withMark(
          figures,
          columns,
          marks.get(index) ?? lateMark(span),
          span.error !== undefined,
          label,
        );
      },
    };
  });
  return {
    isGroupable: true,
    entries,
    headLines: (columns) => [
      [
        [
          `${numberCell('AT', 8)}${numberCell('TOOK', 7)}${columns < 50 ? '' : numberCell('ROWS', 5)} ${options.head}${columns < 60 ? '' : '  v: grouped'}`,
          'head',
        ],
      ],
    ],
    text: (row) => {
      const span = trace.spans[sorted[row] ?? -1];
      return span ? spanText(span, context) : [];
    },
  };
}

/** Panel of a kind of call; `label` formats the label column. */
export function callsPanel(kind: string, label: CallsPanelOptions['label'] = (text) => [text]): Panel {
  const { title, short, key, head, nouns } = kindOf(kind);
  const options = { head, label };
  const reason = emptyReason(nouns);
  const spans = (trace: Trace) => trace.spans.filter((span) => span.kind === kind);
  return {
    title,
    short,
    key,
    kind,
    canBeEmpty: true,
    spans,
    badge: (trace) => {
      const n = countedSpans(spans(trace)).length;
      return n === 0 ? '' : String(n);
    },
    page: (context) => {
      const indices = context.trace.spans.flatMap((span, index) => (span.kind === kind ? [index] : []));
      if (indices.length === 0) return emptyPage(...reason(context.trace));
      return context.grouped
        ? groupedPage(context, indices, options)
        : ungroupedPage(context, indices, options);
    },
  };
}

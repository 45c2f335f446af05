/**
 * Panel interface: a tab with a table and a text per row, as lines that both the browser and
 * `scooby show` print.
 */

import type { Position } from '../../domain/site.js';
import type { Frame, Span, Trace } from '../../domain/trace.js';
import type { ExplainResult } from '../../feed/feed.js';
import type { RequestTree } from '../../insight/calls/request-tree.js';
import type { WhatIf } from '../../insight/win/what-if.js';
import type { Line } from '../../terminal/cells.js';
import { wrapLine } from '../../terminal/cells.js';
import type { TimelineWindow } from './timeline-window.js';

/** Input of a panel: the trace and how to show it. */
export interface PanelContext {
  trace: Trace;
  /**
   * Text of a source file when the request ran; undefined where it was not saved or is still
   * loading.
   */
  source(file: string): string | undefined;
  /** Plan of a query, where the user has requested it. */
  plan?(span: Span): ExplainResult | undefined;
  grouped: boolean;
  sorted: 'start' | 'total';
  /** Shows library frames in stacks. */
  libraries: boolean;
  /** Shows a profile as an icicle instead of a table. */
  icicle?: boolean;
  /** Number of the frame that fills the icicle. */
  zoomed?: number;
  /** The part of the request's time that the timeline shows; missing for all of it. */
  window?: TimelineWindow;
  /** What the request led to elsewhere, and the request that led to it. */
  related?: RelatedRequests;
  /** The request as it would be further away from what it calls. */
  away?: WhatIf;
  /** Width of the text in cells. */
  columns: number;
}

/** Requests of other services and threads beside the shown one, once they are read. */
export interface RelatedRequests {
  /** With the shown request on top. */
  tree: RequestTree;
  above?: Trace;
  /** Text of one of their files, as `PanelContext.source`. */
  source(trace: Trace, file: string): string | undefined;
}

/** A row of the table. */
export interface TableRow {
  /** The row for a width of `columns` cells. */
  line(columns: number): Line;
  /** Span for copying, editing and explaining, as an index into the trace's spans. */
  span?: number;
  /** Position that the editor opens. */
  position?: Position;
  /** Title of the tab with the details of this row. */
  tab?: string;
  /** Id of another request that the row is of: enter shows it. */
  request?: string;
  /** Text to copy from a row without a span. */
  copy?: string;
}

/** A line of a row's text; the editor can open its `position`. */
export interface TextLine {
  line: Line;
  position?: Position;
  /** A sentence, which is wrapped at words. */
  prose?: boolean;
}

/** Drawing in place of a table: several entries share a row. Rows are numbered from 0. */
export interface Canvas {
  /** Number of rows. */
  height: number;
  /** Row of an entry. */
  rowOf(at: number): number;
  /** A row, with the entry `at` selected. */
  line(row: number, columns: number, at: number): Line;
  /** Entry at a cell of a row. */
  frameAt(row: number, cell: number, columns: number): number | undefined;
  /** Entry beside, above or below an entry; itself where there is none. */
  move(at: number, direction: 'up' | 'down' | 'left' | 'right'): number;
}

/** Content of a panel for a trace. */
export interface PanelPage {
  /** The page can be shown as an icicle. */
  hasIcicle?: boolean;
  /** Drawing of the entries, which then have no rows of their own. */
  canvas?: Canvas;
  /** The rows can be grouped or shown one by one, in two orders. */
  isGroupable?: boolean;
  /** Lines above the table that cannot be selected: column heads, or why the table is empty. */
  headLines(columns: number): Line[];
  entries: TableRow[];
  /** Text of a row; missing where rows have no text. */
  text?(index: number): TextLine[];
  /** Times of the rows, where they are bars over the request's time. */
  times?: {
    /** ms. */
    extent: number;
    of(at: number): TimelineWindow;
  };
}

/** A tab of the detail pane. */
export interface Panel {
  title: string;
  /** Shorter title for narrow screens. */
  short: string;
  /** Kind of the calls that it shows; missing for panels of no single kind. */
  kind?: string;
  /** Digit key that opens it; empty for tabs that are reached by stepping only. */
  key: string;
  /** An empty badge means that the panel has nothing to show. */
  canBeEmpty: boolean;
  /** Spans that it shows. */
  spans(trace: Trace): Span[];
  /** Number or word beside the title; empty for none. */
  badge(trace: Trace): string;
  /** Rows and their texts for a trace. */
  page(context: PanelContext): PanelPage;
}

/** Page without rows that states the reasons. */
export function emptyPage(...reasons: string[]): PanelPage {
  return {
    headLines: (columns) =>
      reasons.flatMap((reason, index) => wrapLine([' ', index === 0 ? reason : [reason, 'dim']], columns, 1)),
    entries: [],
  };
}

/** Position of a stack frame. */
export function framePosition(frame: Frame): Position {
  return { file: frame.file, line: frame.line, column: frame.column };
}

/** The page, whose head is made once for each width: a key asks for it several times. */
export function withKeptHead(page: PanelPage): PanelPage {
  const heads = new Map<number, Line[]>();
  const headLines = (columns: number) => {
    const lines = heads.get(columns) ?? page.headLines(columns);
    heads.set(columns, lines);
    return lines;
  };
  return { ...page, headLines };
}

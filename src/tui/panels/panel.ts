/** What a tab of the detail is: a table of rows, each with a text of its own. Lines only, so that `scooby show` prints the same. */

import type { Position } from '../../domain/site.js';
import type { Frame, Span, Trace } from '../../domain/trace.js';
import type { ExplainResult } from '../../feed/feed.js';
import type { Line } from '../../terminal/cells.js';

/** What a panel may know besides the trace. */
export interface PanelContext {
  trace: Trace;
  /** The text of a source file as it was when the request ran; undefined when it was not kept or is not here yet. */
  source(file: string): string | undefined;
  /** The plan of a query, where it was asked for. */
  plan?(span: Span): ExplainResult | undefined;
  grouped: boolean;
  sorted: 'start' | 'total';
  /** Frames of libraries are shown. */
  libraries: boolean;
  /** Cells that the text has. */
  columns: number;
}

/** A row of the table. */
export interface TableRow {
  /** Answers the row for that many cells. */
  line(columns: number): Line;
  /** The span that copying, editing and explaining are about: an index into the trace's spans. */
  span?: number;
  /** The position that the editor opens. */
  place?: Position;
  /** The tab that tells more. */
  tab?: string;
  /** What copying takes from a row without a span. */
  copy?: string;
}

/** A line of the text; one with a place can be opened. */
export interface TextLine {
  line: Line;
  place?: Position;
  /** Goes on in the next row when it is too long, because it is a sentence. */
  prose?: boolean;
}

export interface PanelPage {
  /** Its rows can be grouped or shown one by one, in two orders. */
  groups?: boolean;
  /** Lines over the table that cannot be selected: heads of columns, or why there is nothing. */
  head(columns: number): Line[];
  entries: TableRow[];
  /** Answers the text of a row; missing where rows have none. */
  text?(index: number): TextLine[];
}

export interface Panel {
  title: string;
  /** A shorter title for narrow screens. */
  short: string;
  /** The kind of calls that it shows, where it is made for one. */
  kind?: string;
  /** The digit that opens it; empty for one that is reached by stepping. */
  key: string;
  /** True for one that has nothing to show when its headline is empty. */
  empty: boolean;
  /** Answers the spans that it is about. */
  spans(trace: Trace): Span[];
  /** Answers the number or word beside the title in the tabs; empty for none. */
  headline(trace: Trace): string;
  /** Answers its rows and their text. */
  page(reading: PanelContext): PanelPage;
}

/** Answers a page that says in words why there is nothing. */
export function emptyPage(...reasons: string[]): PanelPage {
  return {
    head: () => reasons.map((reason, index): Line => [' ', index === 0 ? reason : [reason, 'dim']]),
    entries: [],
  };
}

/** Answers the position of a frame. */
export function framePosition(frame: Frame): Position {
  return { file: frame.file, line: frame.line, column: frame.column };
}

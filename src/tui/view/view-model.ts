/** View model: all data of one frame, derived from the state and the loaded requests. */

import { type Position, parseSite } from '../../domain/site.js';
import type { Trace } from '../../domain/trace.js';
import type { Feed, FeedCapability, FeedStatus, ListStats } from '../../feed/feed.js';
import type { ListData } from '../../screens/list-data.js';
import { type Line, lineFits, wrapLine } from '../../terminal/cells.js';
import type { TraceData } from '../data/trace-data.js';
import type { Binding } from '../input/bindings.js';
import { type MenuItem, menuItems } from '../input/menu.js';
import type { Panel, PanelPage, TextLine } from '../panels/panel.js';
import type { State, ViewFacts } from '../state/state.js';
import { matchingLines, matchingRows } from './find.js';
import { type Layout, layoutOf } from './layout.js';

/** Rows of the app's output with the search matches, counted from the first row ever printed. */
export interface OutputRows {
  /** Number of the first row in `rows`. */
  first: number;
  rows: Line[];
  matches: number[];
}

export interface ViewModel {
  state: State;
  layout: Layout;
  list: ListData;
  status: FeedStatus;
  stats: ListStats | undefined;
  trace: Trace | undefined;
  panels: Panel[];
  page: PanelPage;
  text: TextLine[];
  /** Indexes of text lines that match the search. */
  matches: number[];
  /** Indexes of table rows that match the search. */
  rowMatches: number[];
  /** Number of the tab's head lines that match the search; no row can be selected there. */
  headMatches: number;
  /** App output; undefined when it is hidden or not available. */
  output: OutputRows | undefined;
  /** Optional operations that the feed has. */
  capabilities: Set<FeedCapability>;
  /** Items of the open menu. */
  items: MenuItem[];
  /** Epoch ms that ages are relative to. */
  now: number;
}

interface ViewModelInput
  extends Pick<ViewModel, 'state' | 'list' | 'status' | 'stats' | 'now' | 'capabilities'> {
  feed: Pick<Feed, 'output'>;
  detail: TraceData;
  bindings: Binding[];
}

/** Screen rows that a popup does not use for its lines. */
const POPUP_MARGIN_ROWS = 6;

function outputRowsOf({ output }: Pick<Feed, 'output'>, cells: number, find: string): OutputRows | undefined {
  if (!output) return undefined;
  // The first cell of each row is empty, as in the other panes.
  const { first, rows } = output.wrappedRows(cells - 1);
  return { first, rows, matches: matchingLines(rows, find).map((row) => first + row) };
}

export function viewModelOf({ detail, bindings, feed, ...parts }: ViewModelInput): ViewModel {
  const { state } = parts;
  // The page needs its width and the layout needs the page's height: an estimate gives the width.
  const estimate = layoutOf(state, { head: 1, table: 4, text: true });
  const columns = (estimate.text ?? estimate.table ?? { width: state.columns }).width;
  const page = detail.page(state.detail, columns);
  const layout = layoutOf(state, {
    head: page.headLines(columns).length,
    table: page.canvas?.height ?? page.entries.length,
    text: page.text !== undefined && page.entries.length > 0,
  });
  const row = Math.min(state.detail.table.at, page.entries.length - 1);
  const lines = detail.text(page, Math.max(0, row));
  const text = layout.text ? wrapText(lines, layout.text.width, state.detail.wrap) : lines;
  const { find } = state.detail;
  return {
    ...parts,
    layout,
    page,
    text,
    trace: detail.trace,
    panels: detail.panels(),
    matches: matchingLines(
      text.map(({ line }) => line),
      find,
    ),
    rowMatches: matchingRows(page, find),
    headMatches: find === '' ? 0 : matchingLines(page.headLines(layout.table?.width ?? columns), find).length,
    output: layout.output && outputRowsOf(feed, layout.output.width, state.output?.find ?? ''),
    items: state.popup?.kind === 'menu' ? menuItems(state.popup, state, bindings) : [],
  };
}

/** Row counts and pane heights for the reducer; `now` is epoch ms. */
export function viewFactsOf(viewModel: ViewModel, now: number): ViewFacts {
  const { state, layout, list, trace, page, text, items, matches, rowMatches, panels } = viewModel;
  const heads = layout.compact ? 0 : 1;
  const { popup } = state;
  const { first = 0, rows = [], matches: outputMatches = [] } = viewModel.output ?? {};
  return {
    list: { count: list.count, height: Math.max(1, (layout.list?.height ?? state.rows - 4) - heads) },
    table: { count: page.entries.length, height: tableHeight(viewModel), matches: rowMatches },
    text: { count: text.length, height: Math.max(1, layout.text?.height ?? 1), matches },
    output: {
      first,
      count: rows.length,
      height: Math.max(1, (layout.output?.height ?? 2) - 1),
      matches: outputMatches,
    },
    popup: {
      count: popup?.kind === 'text' ? popup.lines.length : items.length,
      height: Math.max(1, state.rows - POPUP_MARGIN_ROWS),
      matches: popupMatches(state),
    },
    tabs: panels.map((panel) => panel.title),
    panes: layout.panes,
    ...(trace && { trace: trace.id }),
    now,
  };
}

function popupMatches({ popup }: State): number[] {
  return popup?.kind === 'text' ? matchingLines(popup.lines, popup.find?.text ?? '') : [];
}

/** Number of search matches in the popup or the focused pane: in the app's output, or in the tab. */
export function matchCountOf({ state, output, matches, rowMatches, headMatches }: ViewModel): number {
  if (state.popup?.kind === 'text') return popupMatches(state).length;
  if (state.focus === 'output') return output?.matches.length ?? 0;
  return matches.length + rowMatches.length + headMatches;
}

/** Position for the editor: of the selected text line or row, else of the worst finding. */
export function selectedPosition({ page, text, trace, state }: ViewModel): Position | undefined {
  const { focus, detail } = state;
  if (focus === 'text') {
    const previous = text.slice(0, detail.text.at).findLast((line) => line.position);
    const position = text[detail.text.at]?.position ?? previous?.position;
    if (position) return position;
  }
  const row = page.entries[detail.table.at]?.position;
  if (focus !== 'list' && row) return row;
  return trace && tracePosition(trace);
}

/** Number of table rows that fit below the page's head. */
export function tableHeight({ layout, page }: Pick<ViewModel, 'layout' | 'page'>): number {
  const rect = layout.table;
  return rect ? Math.max(1, rect.height - page.headLines(rect.width).length) : 1;
}

/** Wraps lines of prose, or all lines, at `cells`. */
function wrapText(lines: TextLine[], cells: number, all: boolean): TextLine[] {
  if (!all && !lines.some((text) => text.prose)) return lines;
  return lines.flatMap((text) => {
    if (!(all || text.prose) || lineFits(text.line, cells)) return [text];
    return wrapLine(text.line, cells, text.prose ? 1 : 4).map((line) => ({ ...text, line }));
  });
}

/** Position of the most severe finding, else of the handler, else of the first call. */
function tracePosition(trace: Trace): Position | undefined {
  return (
    parseSite(trace.findings[0]?.site) ??
    handlerPosition(trace) ??
    parseSite(trace.spans.find((span) => span.site)?.site)
  );
}

/** Site of a handler, `name file:line`. Both may have spaces; a stored source decides the split. */
function handlerPosition({ handler = '', sources = {} }: Trace): Position | undefined {
  const words = handler.split(' ');
  const positions = words.map((_, n) => parseSite(words.slice(n).join(' ')));
  const known = positions.find((position) => position && Object.hasOwn(sources, position.file));
  return known ?? positions.at(-1);
}

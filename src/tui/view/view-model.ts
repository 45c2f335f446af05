/** Everything that a frame is drawn from, put together from the state and the data. */

import { type Position, parseSite } from '../../domain/site.js';
import type { Trace } from '../../domain/trace.js';
import type { Feed, FeedCapability, FeedStatus, ListStats } from '../../feed/feed.js';
import { type Line, lineText, lineWidth, wrapLine } from '../../terminal/cells.js';
import type { ListData } from '../data/list-data.js';
import type { TraceData } from '../data/trace-data.js';
import type { Binding } from '../input/bindings.js';
import { type MenuItem, menuItems } from '../input/menu.js';
import type { Panel, PanelPage, TextLine } from '../panels/panel.js';
import type { State, ViewFacts } from '../state/state.js';
import { type Layout, layoutOf } from './layout.js';

/** The rows of what the app prints, and those of them in which what is searched for stands, by their numbers. */
export interface OutputRows {
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
  /** Lines of the text in which what is searched for stands. */
  matches: number[];
  /** What the app prints, where it is to be had. */
  output: OutputRows | undefined;
  /** What the feed can do. */
  can: Set<FeedCapability>;
  items: MenuItem[];
  now: number;
}

interface Parts extends Pick<ViewModel, 'state' | 'list' | 'status' | 'stats' | 'now' | 'can'> {
  feed: Pick<Feed, 'output'>;
  detail: TraceData;
  bindings: Binding[];
}

/** Rows of the screen that a popup leaves free. */
const AROUND_POPUP = 6;

function matchesIn(lines: Line[], find: string): number[] {
  const wanted = find.toLowerCase();
  if (wanted === '') return [];
  return lines.flatMap((line, index) => (lineText(line).toLowerCase().includes(wanted) ? [index] : []));
}

function printoutOf({ output }: Pick<Feed, 'output'>, cells: number, find: string): OutputRows | undefined {
  if (!output) return undefined;
  // The first cell of each row stays free, as in the other panes.
  const { first, rows } = output.wrappedRows(cells - 1);
  return { first, rows, matches: matchesIn(rows, find).map((row) => first + row) };
}

/** Answers the picture. */
export function viewModelOf({ detail, bindings, feed, ...parts }: Parts): ViewModel {
  const { state } = parts;
  const rough = layoutOf(state, { head: 1, table: 4, text: true });
  const columns = (rough.text ?? rough.table ?? { width: state.columns }).width;
  const page = detail.page(state.detail, columns);
  const layout = layoutOf(state, {
    head: page.head(columns).length,
    table: page.entries.length,
    text: page.text !== undefined && page.entries.length > 0,
  });
  const at = Math.min(state.detail.table.at, page.entries.length - 1);
  const written = detail.text(page, Math.max(0, at));
  const text = layout.text ? wrapped(written, layout.text.width, state.detail.wrap) : written;
  return {
    ...parts,
    layout,
    page,
    text,
    trace: detail.trace,
    panels: detail.panels(),
    matches: matchesIn(
      text.map(({ line }) => line),
      state.detail.find,
    ),
    output: layout.output && printoutOf(feed, layout.output.width, state.output?.find ?? ''),
    items: state.popup?.kind === 'menu' ? menuItems(state.popup, state, bindings) : [],
  };
}

/** Answers how much there is and how much of it fits; `now` is epoch ms. */
export function viewFactsOf(picture: ViewModel, now: number): ViewFacts {
  const { state, layout, list, page, text, items, matches, panels } = picture;
  const heads = layout.compact ? 0 : 1;
  const { popup } = state;
  const { first = 0, rows = [], matches: found = [] } = picture.output ?? {};
  return {
    list: { count: list.count, height: Math.max(1, (layout.list?.height ?? state.rows - 4) - heads) },
    table: { count: page.entries.length, height: tableHeight(picture) },
    text: { count: text.length, height: Math.max(1, layout.text?.height ?? 1), matches },
    output: {
      first,
      count: rows.length,
      height: Math.max(1, (layout.output?.height ?? 2) - 1),
      matches: found,
    },
    popup: {
      count: popup?.kind === 'text' ? popup.lines.length : items.length,
      height: Math.max(1, state.rows - AROUND_POPUP),
    },
    tabs: panels.map((panel) => panel.title),
    panes: layout.panes,
    now,
  };
}

/** Answers the position that the editor is asked to open, by what is selected. */
export function selectedPosition({ page, text, trace, state }: ViewModel): Position | undefined {
  const { focus, detail } = state;
  if (focus === 'text') {
    const above = text.slice(0, detail.text.at).findLast((line) => line.place);
    const here = text[detail.text.at]?.place ?? above?.place;
    if (here) return here;
  }
  const row = page.entries[detail.table.at]?.place;
  if (focus !== 'list' && row) return row;
  return trace && worstPlace(trace);
}

/** Answers how many rows of its table a picture has room for. */
export function tableHeight({ layout, page }: Pick<ViewModel, 'layout' | 'page'>): number {
  const rect = layout.table;
  return rect ? Math.max(1, rect.height - page.head(rect.width).length) : 1;
}

/** Answers the lines with sentences, or all of them, broken where the width ends. */
function wrapped(lines: TextLine[], cells: number, all: boolean): TextLine[] {
  if (!all && !lines.some((text) => text.prose)) return lines;
  return lines.flatMap((text) => {
    if (!(all || text.prose) || lineWidth(text.line) <= cells) return [text];
    return wrapLine(text.line, cells, text.prose ? 1 : 4).map((line) => ({ ...text, line }));
  });
}

/** Answers the line to look at first: that of the gravest finding, else the handler, else the first call. */
function worstPlace(trace: Trace): Position | undefined {
  return (
    parseSite(trace.findings[0]?.site) ??
    handlerPlace(trace) ??
    parseSite(trace.spans.find((span) => span.site)?.site)
  );
}

/** Reads the site in a handler's `name file:line`. Both may have spaces; the files that the trace has kept tell where the name ends. */
function handlerPlace({ handler = '', sources = {} }: Trace): Position | undefined {
  const words = handler.split(' ');
  const places = words.map((_, n) => parseSite(words.slice(n).join(' ')));
  return places.find((place) => place && Object.hasOwn(sources, place.file)) ?? places.at(-1);
}

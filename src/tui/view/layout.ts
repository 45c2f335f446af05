/** Which part of the screen is where, by its size. */

import type { Pane, State } from '../state/state.js';

/** Columns from left, rows from top, both counted from 0. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  /** True when the screen is smaller than anything can be shown on. */
  tooSmall: boolean;
  /** No rules, no column heads, no bar for the filter: for the smallest screens. */
  compact: boolean;
  panes: 1 | 2 | 3;
  /** Rows of the header and the bar of the filter; 0 where a detail has the whole screen. */
  header: number;
  /** Where the column heads and the rows of the list are. */
  list?: Rect;
  /** Title and tabs of the detail. */
  title?: Rect;
  table?: Rect;
  /** The rule between table and text, where they are above each other. */
  rule?: Rect;
  text?: Rect;
  /** The waterfall across the bottom. */
  strip?: Rect;
  /** What the app prints, with a row above it for its title. */
  output?: Rect;
  /** Columns of vertical lines. */
  bars: number[];
  /** Rows of the rule and the footer. */
  footer: number;
}

export const MIN_SIZE = { columns: 60, rows: 15 };
const TWO_PANES = 100;
const THREE_PANES = 160;

/** What the layout has to know of the page in the detail. */
export interface PageExtent {
  /** Rows over the table that stay. */
  head: number;
  /** Rows of the table. */
  table: number;
  /** Whether a row of the table has a text of its own. */
  text: boolean;
}

/** Shares the height between the table and its text: the table gets what it needs, up to a part of it. */
function above(
  rect: Rect,
  extent: PageExtent,
  focus: Pane,
  compact: boolean,
): Pick<Layout, 'table' | 'rule' | 'text'> {
  if (!extent.text || rect.height < 6) return { table: rect };
  const room = rect.height - extent.head;
  const share = Math.max(2, Math.floor(room * (focus === 'text' ? 0.25 : 0.4)));
  // Where the heads leave no room for a text, the text goes until it is asked for.
  if (room - share < 3 && focus !== 'text') return { table: rect };
  const wanted = extent.head + Math.min(extent.table, share);
  const height = Math.min(wanted, focus === 'text' ? Math.floor(rect.height / 2) : rect.height - 3);
  const gap = compact ? 0 : 1;
  const table = { ...rect, height };
  const text = { ...rect, y: rect.y + height + gap, height: rect.height - height - gap };
  return gap === 0 ? { table, text } : { table, rule: { ...rect, y: rect.y + height, height: 1 }, text };
}

function detail(rect: Rect, extent: PageExtent, focus: Pane, compact: boolean): Partial<Layout> {
  const title = { ...rect, height: 2 };
  const rest = { ...rect, y: rect.y + 2, height: rect.height - 2 };
  return { title, ...above(rest, extent, focus, compact) };
}

function beside(rect: Rect, extent: PageExtent, split: number): Partial<Layout> {
  const title = { ...rect, height: 2 };
  const table = { ...rect, y: rect.y + 2, height: rect.height - 2, width: split };
  if (!extent.text) return { title, table: { ...table, width: rect.width } };
  const text = { ...table, x: rect.x + split + 1, width: rect.width - split - 1 };
  return { title, table, text, bars: [rect.x + split] };
}

/** Answers how many panes there are beside each other. */
export function panesOf({ columns, zoom }: Pick<State, 'columns' | 'zoom'>): 1 | 2 | 3 {
  if (zoom || columns < TWO_PANES) return 1;
  return columns < THREE_PANES ? 2 : 3;
}

/** Answers how many rows the output has: some, most of them while it is read, all of them when there is no room to share. */
function outputRows(
  { output, focus, zoom }: Pick<State, 'output' | 'focus' | 'zoom'>,
  rows: number,
  compact: boolean,
): number {
  if (!output?.shown) return 0;
  if (focus !== 'output') return zoom || compact ? 0 : Math.max(4, Math.floor(rows * 0.25));
  return zoom || compact ? rows : Math.floor(rows * 0.6);
}

/** Answers where everything is on a screen of that size, with that focus. */
export function layoutOf(
  state: Pick<State, 'columns' | 'rows' | 'focus' | 'zoom' | 'output'>,
  extent: PageExtent,
): Layout {
  const { columns, rows, focus } = state;
  const compact = rows < 20;
  const tooSmall = columns < MIN_SIZE.columns || rows < MIN_SIZE.rows;
  const panes = panesOf(state);
  const footer = compact ? 1 : 2;
  const base = { tooSmall, compact, panes, footer, bars: [] as number[] };
  if (tooSmall) return { ...base, header: 0 };
  const inDetail = panes === 1 && (focus === 'table' || focus === 'text');
  const header = inDetail ? 0 : compact ? 1 : 2;
  const whole: Rect = { x: 0, y: header, width: columns, height: rows - header - footer };
  const below = inDetail ? 0 : outputRows(state, whole.height, compact);
  const body = { ...whole, height: whole.height - below };
  if (below > 0) Object.assign(base, { output: { ...whole, y: body.y + body.height, height: below } });
  if (body.height === 0) return { ...base, header };
  if (inDetail) return { ...base, header, ...detail(body, extent, focus, compact) };
  if (panes === 1) return { ...base, header, list: body };
  const strip = panes === 3 && !compact ? { ...body, y: body.y + body.height - 1, height: 1 } : undefined;
  const height = body.height - (strip ? 1 : 0);
  const listWidth = Math.floor(columns * (panes === 3 ? 0.44 : 0.55));
  const list = { ...body, width: listWidth, height };
  const right = { ...body, x: listWidth + 1, width: columns - listWidth - 1, height };
  const shown: Partial<Layout> =
    panes === 3
      ? beside(right, extent, Math.floor(right.width * 0.5))
      : detail(right, extent, focus, compact);
  return {
    ...base,
    header,
    list,
    ...shown,
    bars: [listWidth, ...(shown.bars ?? [])],
    ...(strip ? { strip } : {}),
  };
}

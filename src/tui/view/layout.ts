/** Layout of the screen: rectangles of the panes by screen size, focus and zoom. */

import type { Pane, State } from '../state/state.js';

/** Rectangle in cells; x and y are counted from 0 at the top left. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Layout {
  /** True below MIN_SIZE. */
  tooSmall: boolean;
  /** True below 20 rows: without rules, column heads and filter row. */
  compact: boolean;
  panes: 1 | 2 | 3;
  /** Rows of the header with the filter row; 0 where the detail has the whole screen. */
  header: number;
  /** Column heads and rows of the list. */
  list?: Rect;
  /** Title and tabs of the detail. */
  title?: Rect;
  table?: Rect;
  /** Rule between table and text where the table is above the text. */
  rule?: Rect;
  text?: Rect;
  /** Time strip across the bottom. */
  strip?: Rect;
  /** App output, including its title row. */
  output?: Rect;
  /** x positions of vertical lines. */
  bars: number[];
  /** Rows of the footer with its rule. */
  footer: number;
}

export const MIN_SIZE = { columns: 60, rows: 15 };
/** Columns from which there are two or three panes. */
const TWO_PANES_COLUMNS = 100;
const THREE_PANES_COLUMNS = 160;
/** Columns of the detail from which table and text are beside each other however high the screen is. */
const BESIDE_COLUMNS = 170;
/** Rows of the detail from which the text is below the table, where both have the whole width. */
const STACKED_ROWS = 36;
/** Share of the list in two panes, without the focus and with it. */
const LIST_SHARE = { unfocused: 0.4, focused: 0.55, ofThree: 0.44 };

/** Size of the detail's page. */
export interface PageExtent {
  /** Fixed rows above the table. */
  head: number;
  /** Rows of the table. */
  table: number;
  /** True when rows of the table have a text. */
  text: boolean;
}

/** Table above its text: the table gets at most 40 % of the room, 25 % when the text is focused. */
function tableAboveText(
  rect: Rect,
  extent: PageExtent,
  focus: Pane,
  compact: boolean,
): Pick<Layout, 'table' | 'rule' | 'text'> {
  if (!extent.text || rect.height < 6) return { table: rect };
  const room = rect.height - extent.head;
  const share = Math.max(2, Math.floor(room * (focus === 'text' ? 0.25 : 0.4)));
  // With fewer than three rows left, the text is hidden until it has the focus.
  if (room - share < 3 && focus !== 'text') return { table: rect };
  const fullHeight = extent.head + Math.min(extent.table, share);
  const height = Math.min(fullHeight, focus === 'text' ? Math.floor(rect.height / 2) : rect.height - 3);
  const gap = compact ? 0 : 1;
  const table = { ...rect, height };
  const text = { ...rect, y: rect.y + height + gap, height: rect.height - height - gap };
  return gap === 0 ? { table, text } : { table, rule: { ...rect, y: rect.y + height, height: 1 }, text };
}

function detailBelowTitle(rect: Rect, extent: PageExtent, focus: Pane, compact: boolean): Partial<Layout> {
  const title = { ...rect, height: 2 };
  const rest = { ...rect, y: rect.y + 2, height: rect.height - 2 };
  return { title, ...tableAboveText(rest, extent, focus, compact) };
}

/** Detail of three panes: table and text beside each other, `split` columns from the left. */
function tableBesideText(rect: Rect, extent: PageExtent, split: number): Partial<Layout> {
  const title = { ...rect, height: 2 };
  const table = { ...rect, y: rect.y + 2, height: rect.height - 2, width: split };
  if (!extent.text) return { title, table: { ...table, width: rect.width } };
  const text = { ...table, x: rect.x + split + 1, width: rect.width - split - 1 };
  return { title, table, text, bars: [rect.x + split] };
}

/** Number of panes beside each other. */
export function paneCount({ columns, zoom }: Pick<State, 'columns' | 'zoom'>): 1 | 2 | 3 {
  if (zoom || columns < TWO_PANES_COLUMNS) return 1;
  return columns < THREE_PANES_COLUMNS ? 2 : 3;
}

/** Height of the output: 25 % of the rows; with the focus 60 %, or all if zoomed or compact. */
function outputRows(
  { output, focus, zoom }: Pick<State, 'output' | 'focus' | 'zoom'>,
  rows: number,
  compact: boolean,
): number {
  if (!output?.shown) return 0;
  if (focus !== 'output') return zoom || compact ? 0 : Math.max(4, Math.floor(rows * 0.25));
  return zoom || compact ? rows : Math.floor(rows * 0.6);
}

/** Layout of the screen for its size, focus and zoom. */
export function layoutOf(
  state: Pick<State, 'columns' | 'rows' | 'focus' | 'zoom' | 'output'>,
  extent: PageExtent,
): Layout {
  const { columns, rows, focus } = state;
  const compact = rows < 20;
  const tooSmall = columns < MIN_SIZE.columns || rows < MIN_SIZE.rows;
  const panes = paneCount(state);
  const footer = compact ? 1 : 2;
  const base = { tooSmall, compact, panes, footer, bars: [] as number[] };
  if (tooSmall) return { ...base, header: 0 };
  const inDetail = panes === 1 && (focus === 'table' || focus === 'text');
  const header = inDetail ? 0 : compact ? 1 : 2;
  const main: Rect = { x: 0, y: header, width: columns, height: rows - header - footer };
  const outputHeight = inDetail ? 0 : outputRows(state, main.height, compact);
  const body = { ...main, height: main.height - outputHeight };
  const output = { ...main, y: body.y + body.height, height: outputHeight };
  if (outputHeight > 0) Object.assign(base, { output });
  if (body.height === 0) return { ...base, header };
  if (inDetail) return { ...base, header, ...detailBelowTitle(body, extent, focus, compact) };
  if (panes === 1) return { ...base, header, list: body };
  const strip = panes === 3 && !compact ? { ...body, y: body.y + body.height - 1, height: 1 } : undefined;
  const height = body.height - (strip ? 1 : 0);
  const share = focus === 'table' || focus === 'text' ? LIST_SHARE.unfocused : LIST_SHARE.focused;
  const listWidth = Math.floor(columns * (panes === 3 ? LIST_SHARE.ofThree : share));
  const list = { ...body, width: listWidth, height };
  const detail = { ...body, x: listWidth + 1, width: columns - listWidth - 1, height };
  const isBeside = panes === 3 && (detail.width >= BESIDE_COLUMNS || height < STACKED_ROWS);
  const detailLayout: Partial<Layout> = isBeside
    ? tableBesideText(detail, extent, Math.floor(detail.width * 0.5))
    : detailBelowTitle(detail, extent, focus, compact);
  return {
    ...base,
    header,
    list,
    ...detailLayout,
    bars: [listWidth, ...(detailLayout.bars ?? [])],
    ...(strip ? { strip } : {}),
  };
}

/** The browser without a screen: keys in, a picture of everything out. State by the reducer, data from the feed. */

import { both, parseFilter, type Query } from '../query.js';
import type { Trace } from '../trace.js';
import { BINDINGS, type Binding } from './bindings.js';
import { clean, lineWidth, plain, wrapLine } from './cells.js';
import { settle } from './cursor.js';
import type { Feed, Stats, Status } from './feed.js';
import { typedBy } from './input.js';
import { bindingOf, popupAction, promptAction } from './keys.js';
import { type Layout, layoutOf, panesOf } from './layout.js';
import { ListData, whenAnswered } from './list-data.js';
import { type Item, itemsOf, narrows } from './menu.js';
import { isOutside, Outside, type Terminal } from './outside.js';
import type { Page, Panel, Place, TextLine } from './panel.js';
import { reduce } from './reduce.js';
import { type Action, type Facts, initialState, type State } from './state.js';
import { TraceData } from './trace-data.js';

/** Everything that a frame is drawn from. */
export interface Picture {
  state: State;
  layout: Layout;
  list: ListData;
  status: Status;
  stats: Stats | undefined;
  trace: Trace | undefined;
  panels: Panel[];
  page: Page;
  text: TextLine[];
  /** Lines of the text in which what is searched for stands. */
  matches: number[];
  items: Item[];
  now: number;
}

export interface Options {
  columns: number;
  rows: number;
  terminal: Terminal;
  bindings?: Binding[];
  saved?: State['saved'];
  /** Epoch ms. */
  clock?(): number;
  /** ms that the selection rests before its request is shown beside the list. */
  rest?: number;
}

const VIEW_QUERIES: Record<string, Query> = {
  errors: [
    [{ field: 'errors', op: '>', value: 0, not: false }],
    [{ field: 'state', op: ':', value: 'died', not: false }],
  ],
  'n+1': [[{ field: 'finding', op: ':', value: 'n+1', not: false }]],
};
/** Actions by which the user chooses a request. */
const CHOOSING = new Set(['move', 'at', 'request']);
/** ms between two looks at data that keeps changing. */
const LOOK = 100;
const STATS = 1000;

export class Browser {
  readonly feed: Feed;
  readonly list: ListData;
  readonly detail: TraceData;
  state: State;
  bindings: Binding[];
  /** The request that the user chose last: it is selected again where a filter lets it through. */
  #anchor: string | undefined;
  #picture: Picture | undefined;
  #stats: Stats | undefined;
  #statsAt = 0;
  #looked = 0;
  #now: number;
  #timers = new Map<string, NodeJS.Timeout>();
  readonly #listeners = new Set<() => void>();
  readonly #clock: () => number;
  readonly #rest: number;
  readonly #outside: Outside;
  readonly #terminal: Terminal;
  readonly #unsubscribe: () => void;
  #batching = false;
  #dirty = false;

  constructor(feed: Feed, options: Options) {
    this.feed = feed;
    this.#clock = options.clock ?? Date.now;
    this.#now = this.#clock();
    this.#rest = options.rest ?? 40;
    this.bindings = options.bindings ?? BINDINGS;
    this.state = { ...initialState(options.columns, options.rows), saved: options.saved ?? [] };
    const changed = () => this.#arrived();
    const failed = (error: unknown) => this.say(`${error instanceof Error ? error.message : error}`, 'error');
    this.list = new ListData(feed, changed, failed);
    this.detail = new TraceData(feed, changed, failed);
    this.#terminal = options.terminal;
    this.#outside = new Outside(this, options.terminal);
    this.#unsubscribe = feed.subscribe(() => this.#look());
    this.#sync();
    this.#figures();
    this.#grow();
  }

  /** Calls back when there is another picture; answers how to stop that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Answers the present picture, the same one until something changes. */
  picture = (): Picture => {
    this.#picture ??= this.#draw();
    return this.#picture;
  };

  /** Does what a key does. */
  press(key: string): void {
    this.#together(() => {
      if (this.state.notice) {
        const { notice: _, ...state } = this.state;
        this.state = state;
      }
      const action = this.#actionOf(key);
      if (action) this.dispatch(action);
    });
  }

  /** Types a pasted text; outside of a line being typed it does nothing, so that it presses no keys. */
  paste(text: string): void {
    if (this.state.prompt) this.dispatch({ type: 'type', text });
  }

  #actionOf(key: string): Action | undefined {
    const { prompt, popup } = this.state;
    if (prompt) {
      const typed = typedBy(key);
      return promptAction(key) ?? (typed === undefined ? undefined : { type: 'type', text: typed });
    }
    if (popup) return this.#inPopup(key);
    return bindingOf(this.bindings, key, this.state.focus)?.action;
  }

  #inPopup(key: string): Action | undefined {
    const { popup } = this.state;
    if (popup?.kind === 'ask') {
      if (key === 'ctrl+c') return { type: 'quit' };
      if (key === 'y' || key === 'Y') this.dispatch({ type: 'close' });
      return key === 'y' || key === 'Y' ? popup.yes : { type: 'close' };
    }
    if (popup?.kind !== 'menu') return popupAction(this.state, key);
    const items = this.picture().items;
    const typed = typedBy(key);
    const chosen =
      key === 'enter'
        ? items[popup.at]
        : narrows(popup.menu)
          ? undefined
          : items.find((item) => item.key === key);
    if (chosen) {
      this.dispatch({ type: 'close' });
      return chosen.action;
    }
    const own = popupAction(this.state, key);
    if (own) return own;
    if (narrows(popup.menu) && typed !== undefined) return { type: 'type', text: typed };
    if (narrows(popup.menu)) return undefined;
    if (key === 'j' || key === 'k') return { type: 'move', by: 'row', n: key === 'j' ? 1 : -1 };
    return key === 'q' ? { type: 'close' } : undefined;
  }

  /** Does an action. */
  dispatch(action: Action): void {
    this.#together(() => {
      const { prompt } = this.state;
      const meant = this.#meant(action);
      if (isOutside(action)) this.#outside.perform(action);
      else this.state = reduce(this.state, meant, this.facts());
      if (action.type === 'mouse') this.#terminal.mouse(this.state.mouse);
      if (action.type === 'accept' && prompt) this.#accepted(prompt.kind, prompt.text);
      this.#sync();
      if (CHOOSING.has(action.type)) this.#anchor = this.state.list.selected;
      this.#changed();
    });
  }

  /** Answers what an action comes to by what is selected: a row that is about a tab opens it, a URL is that of the request. */
  #meant(action: Action): Action {
    const { focus, detail, list } = this.state;
    if (action.type === 'open' && focus === 'table') {
      const entry = this.picture().page.entries[detail.table.at];
      if (entry?.tab && !entry.place) return { type: 'tab', to: entry.tab };
    }
    if (action.type !== 'prompt' || action.kind !== 'url') return action;
    const url = this.list.row(list.cursor.at)?.url;
    return url === undefined ? { type: 'none' } : { ...action, text: url };
  }

  #accepted(kind: 'filter' | 'find' | 'save' | 'url', text: string): void {
    if (kind === 'find') this.dispatch({ type: 'match', n: 1 });
    if (kind === 'save' && text.trim() !== '') this.#outside.save(text.trim());
    if (kind === 'url' && text !== '') this.#outside.perform({ type: 'replay', url: text });
  }

  /** Says something in the footer until the next key. */
  say(text: string, role: 'ok' | 'warn' | 'error' = 'ok'): void {
    this.dispatch({ type: 'notice', text: clean(text), role });
  }

  /** Several changes make one picture. */
  #together(work: () => void): void {
    if (this.#batching) {
      work();
      return;
    }
    this.#batching = true;
    try {
      work();
    } finally {
      this.#batching = false;
    }
    if (this.#dirty) this.#changed();
  }

  #changed(): void {
    this.#picture = undefined;
    this.#dirty = this.#batching;
    if (this.#batching) return;
    for (const listener of this.#listeners) listener();
  }

  /** Answers what the list is asked for. */
  #selection() {
    const { list } = this.state;
    const parsed = parseFilter(list.filter);
    const query = both('query' in parsed ? parsed.query : [], VIEW_QUERIES[list.view] ?? []);
    return {
      query,
      ...(list.until === undefined ? {} : { until: list.until }),
      ...(list.onlyMarked ? { ids: list.marks } : {}),
    };
  }

  /** Brings the data in line with the state: the rows in sight, the selected request, the one in the detail. */
  #sync(): void {
    const { list } = this.state;
    const asked = this.list.ask(this.#selection(), list.sort, list.view === 'routes');
    const { height } = this.facts().list;
    const cursor = settle(this.state.list.cursor, this.list.count, height);
    if (cursor.at !== list.cursor.at || cursor.top !== list.cursor.top) {
      this.state = { ...this.state, list: { ...this.state.list, cursor } };
    }
    this.list.want(cursor.top, cursor.top + height);
    const before = this.#anchor;
    if (asked && before !== undefined && !list.follow && list.cursor.at === 0 && list.view !== 'routes') {
      this.list.locate(before, (index) => this.dispatch({ type: 'select', id: before, index }));
    }
    this.#select();
    this.#show();
  }

  /** Selects the request under the cursor. */
  #select(): void {
    if (this.state.list.view === 'routes' || this.list.stale) return;
    const id = this.list.row(this.state.list.cursor.at)?.id;
    const { selected, ...list } = this.state.list;
    if (id !== selected)
      this.state = { ...this.state, list: id === undefined ? list : { ...list, selected: id } };
  }

  /** Data came: while following the newest is selected, else the selection stays with its request. */
  #arrived(): void {
    if (this.#batching) {
      this.#changed();
      return;
    }
    this.#together(() => {
      const { list } = this.state;
      const there = list.selected === undefined ? -1 : this.list.indexOf(list.selected);
      if (!list.follow && there >= 0 && this.list.row(list.cursor.at)?.id !== list.selected) {
        const cursor = settle({ ...list.cursor, at: there }, this.list.count, this.facts().list.height);
        this.state = { ...this.state, list: { ...list, cursor } };
      }
      this.#sync();
      this.#changed();
    });
  }

  /** Shows the selected request: at once in the detail, beside the list when the selection rests. */
  #show(): void {
    const { focus, list } = this.state;
    const one = panesOf(this.state) === 1;
    if (one && focus === 'list') return;
    if (focus !== 'list' || this.detail.trace === undefined) {
      this.#cancel('rest');
      this.detail.show(list.selected);
      return;
    }
    if (list.selected !== this.detail.trace.id)
      this.#later('rest', this.#rest, () => this.detail.show(this.state.list.selected), true);
  }

  #later(name: string, delay: number, work: () => void, again = false): void {
    if (this.#timers.has(name)) {
      if (!again) return;
      this.#cancel(name);
    }
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      this.#together(work);
    }, delay);
    this.#timers.set(name, timer);
  }

  #cancel(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  /** The feed has changed: looks again, but not more often than a person can follow. */
  #look(): void {
    if (this.state.list.frozen) return;
    const wait = Math.max(0, this.#looked + LOOK - this.#clock());
    this.#later('look', wait, () => {
      this.#looked = this.#clock();
      this.#now = this.#looked;
      const { cursor } = this.state.list;
      this.list.refresh(cursor.top, cursor.top + this.facts().list.height);
      const { trace } = this.detail;
      if (trace && (trace.state === 'open' || this.#now - trace.start < 60_000))
        this.detail.show(trace.id, true);
      this.#figures();
      this.#sync();
      this.#grow();
      this.#changed();
    });
  }

  /** Ages are told anew when the youngest in sight has changed: each second at first, not at all after an hour. */
  #grow(): void {
    const row = this.list.row(this.state.list.cursor.top);
    const age = this.#clock() - (row?.start ?? Number.NEGATIVE_INFINITY);
    const wait = age < 60_000 ? 1000 : age < 3_600_000 ? 60_000 : undefined;
    if (wait === undefined) return;
    const tell = () => {
      if (!this.state.list.frozen) this.#now = this.#clock();
      this.#grow();
      this.#changed();
    };
    this.#later('age', wait, tell, true);
  }

  #figures(): void {
    const due = this.#statsAt + STATS - this.#clock();
    if (due > 0) {
      this.#later('figures', due, () => this.#figures());
      return;
    }
    this.#statsAt = this.#clock();
    const take = (stats: Stats) => {
      this.#stats = stats;
      this.#changed();
    };
    whenAnswered(this.feed.stats(), take, () => {});
  }

  /** Answers how much there is and how much of it fits. */
  facts(): Facts {
    const picture = this.#batching ? this.#draw() : this.picture();
    const { layout, page, text, items } = picture;
    const heads = layout.compact ? 0 : 1;
    const popup = this.state.popup;
    return {
      list: {
        count: this.list.count,
        height: Math.max(1, (layout.list?.height ?? this.state.rows - 4) - heads),
      },
      table: { count: page.entries.length, height: tableHeight(picture) },
      text: { count: text.length, height: Math.max(1, layout.text?.height ?? 1), matches: picture.matches },
      popup: {
        count: popup?.kind === 'text' ? popup.lines.length : items.length,
        height: Math.max(1, this.state.rows - 6),
      },
      tabs: picture.panels.map((panel) => panel.title),
      panes: layout.panes,
      now: this.#clock(),
    };
  }

  #draw(): Picture {
    const { state } = this;
    const panels = this.detail.panels();
    const rough = layoutOf(state, { head: 1, table: 4, text: true });
    const columns = (rough.text ?? rough.table ?? { width: state.columns }).width;
    const page = this.detail.page(state.detail, columns);
    const head = page.head(columns).length;
    const layout = layoutOf(state, {
      head,
      table: page.entries.length,
      text: page.text !== undefined && page.entries.length > 0,
    });
    const at = Math.min(state.detail.table.at, page.entries.length - 1);
    const written = this.detail.text(page, Math.max(0, at));
    const text = layout.text ? wrapped(written, layout.text.width, state.detail.wrap) : written;
    const find = state.detail.find.toLowerCase();
    const matches =
      find === ''
        ? []
        : text.flatMap(({ line }, index) => (plain(line).toLowerCase().includes(find) ? [index] : []));
    const items = state.popup?.kind === 'menu' ? itemsOf(state.popup, state, this.bindings) : [];
    const status = this.feed.status();
    return {
      state,
      layout,
      list: this.list,
      status,
      stats: this.#stats,
      trace: this.detail.trace,
      panels,
      page,
      text,
      matches,
      items,
      now: this.#now,
    };
  }

  /** Answers the position that the editor is asked to open, by what is selected. */
  place(): Place | undefined {
    const { page, text, trace } = this.picture();
    const { focus, detail } = this.state;
    if (focus === 'text') {
      const here =
        text[detail.text.at]?.place ?? text.slice(0, detail.text.at).findLast((line) => line.place)?.place;
      if (here) return here;
    }
    if (focus !== 'list' && page.entries[detail.table.at]?.place) return page.entries[detail.table.at]!.place;
    return trace && worstPlace(trace);
  }

  /** Lets go of the feed and of every timer. */
  close(): void {
    this.#unsubscribe();
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
    this.#listeners.clear();
  }
}

/** Answers how many rows of its table a picture has room for. */
export function tableHeight({ layout, page }: Pick<Picture, 'layout' | 'page'>): number {
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
export function worstPlace(trace: Trace): Place | undefined {
  const sites = [
    trace.findings[0]?.site,
    trace.handler?.split(' ').at(-1),
    trace.spans.find((span) => span.site)?.site,
  ];
  for (const site of sites) {
    const match = site === undefined ? null : /^(.+?):(\d+)/.exec(site);
    if (match) return { file: match[1]!, line: Number(match[2]) };
  }
  return undefined;
}

/** The browser without a screen: keys in, a picture of everything out. State by the reducer, data from the feed. */

import { both, parseFilter, type Query } from '../query.js';
import { BINDINGS, type Binding } from './bindings.js';
import { clean } from './cells.js';
import { settle } from './cursor.js';
import type { Feed, Stats } from './feed.js';
import { typedBy } from './input.js';
import { bindingOf, popupAction, promptAction } from './keys.js';
import { panesOf } from './layout.js';
import { ListData, whenAnswered } from './list-data.js';
import { narrows } from './menu.js';
import { isOutside, Outside, type Terminal } from './outside.js';
import { factsOf, type Picture, pictureOf } from './picture.js';
import { reduce } from './reduce.js';
import { type Action, type Facts, initialState, type State } from './state.js';
import { Timers } from './timers.js';
import { TraceData } from './trace-data.js';

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
  readonly #timers = new Timers((work) => this.#together(work));
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
      this.#timers.cancel('rest');
      this.detail.show(list.selected);
      return;
    }
    if (list.selected !== this.detail.trace.id)
      this.#timers.later('rest', this.#rest, () => this.detail.show(this.state.list.selected), true);
  }

  /** The feed has changed: looks again, but not more often than a person can follow. */
  #look(): void {
    if (this.state.list.frozen) return;
    const wait = Math.max(0, this.#looked + LOOK - this.#clock());
    this.#timers.later('look', wait, () => {
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
    this.#timers.later('age', wait, tell, true);
  }

  #figures(): void {
    const due = this.#statsAt + STATS - this.#clock();
    if (due > 0) {
      this.#timers.later('figures', due, () => this.#figures());
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
    return factsOf(this.#batching ? this.#draw() : this.picture(), this.#clock());
  }

  #draw(): Picture {
    return pictureOf({
      state: this.state,
      list: this.list,
      detail: this.detail,
      bindings: this.bindings,
      status: this.feed.status(),
      stats: this.#stats,
      now: this.#now,
    });
  }

  /** Lets go of the feed and of every timer. */
  close(): void {
    this.#unsubscribe();
    this.#timers.close();
    this.#listeners.clear();
  }
}

/** The browser without a screen: keys in, a picture of everything out. State by the reducer, data from the feed. */

import type { Trace } from '../domain/trace.js';
import type { Feed } from '../feed/feed.js';
import { cleanText } from '../terminal/cells.js';
import { ListData, whenAnswered } from './data/list-data.js';
import { RefreshClock } from './data/refresh.js';
import { Timers } from './data/timers.js';
import { TraceData } from './data/trace-data.js';
import { type EffectHandlers, Effects, isEffect } from './effects/effects.js';
import { BINDINGS, type Binding } from './input/bindings.js';
import { keyActions } from './input/key-actions.js';
import { listQueryOf, resolveAction } from './input/resolve-action.js';
import { feedCapabilities, unavailableReason } from './input/unavailable.js';
import { settleCursor } from './state/cursor.js';
import { reduce } from './state/reduce.js';
import { type Action, initialState, type Prompt, type State, type ViewFacts } from './state/state.js';
import { panesOf } from './view/layout.js';
import { type ViewModel, viewFactsOf, viewModelOf } from './view/view-model.js';

export interface BrowserOptions {
  columns: number;
  rows: number;
  terminal: EffectHandlers;
  bindings?: Binding[];
  saved?: State['saved'];
  /** Epoch ms. */
  clock?(): number;
  /** ms that the selection rests before its request is shown beside the list. */
  rest?: number;
}

/** Actions by which the user chooses a request. */
const CHOOSING = new Set(['move', 'at', 'request']);
export class Browser {
  readonly feed: Feed;
  readonly list: ListData;
  readonly detail: TraceData;
  state: State;
  bindings: Binding[];
  /** The request that the user chose last: it is selected again where a filter lets it through. */
  #anchor: string | undefined;
  /** The answer of this request is here, and the request will be. */
  #expected: string | undefined;
  #picture: ViewModel | undefined;
  readonly #timers = new Timers((work) => this.#together(work));
  readonly #listeners = new Set<() => void>();
  readonly #clock: () => number;
  readonly #rest: number;
  readonly #outside: Effects;
  readonly #terminal: EffectHandlers;
  readonly #clockwork: RefreshClock;
  #batching = false;
  #dirty = false;

  constructor(feed: Feed, options: BrowserOptions) {
    this.feed = feed;
    this.#clock = options.clock ?? Date.now;
    this.#rest = options.rest ?? 40;
    this.bindings = options.bindings ?? BINDINGS;
    this.state = {
      ...initialState(options.columns, options.rows, feed.output !== undefined),
      saved: options.saved ?? [],
    };
    const changed = () => this.#arrived();
    const failed = (error: unknown) => this.say(`${error instanceof Error ? error.message : error}`, 'error');
    this.list = new ListData(feed, changed, failed);
    this.detail = new TraceData(feed, changed, failed);
    this.#terminal = options.terminal;
    this.#outside = new Effects(this, options.terminal);
    const shown = {
      frozen: () => this.state.list.frozen,
      newest: () => this.list.row(this.state.list.cursor.top)?.start,
      again: () => this.#again(),
      changed: () => this.#changed(),
    };
    this.#clockwork = new RefreshClock(feed, shown, this.#timers, this.#clock);
    this.#sync();
    this.#clockwork.start();
  }

  /** Calls back when there is another picture; answers how to stop that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Answers the present picture, the same one until something changes. */
  picture = (): ViewModel => {
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
      const items = () => this.#draw().items;
      for (const action of keyActions(key, this.state, this.bindings, items)) this.dispatch(action);
    });
  }

  /** Types a pasted text; outside of a line being typed it does nothing, so that it presses no keys. */
  paste(text: string): void {
    if (this.state.prompt) this.dispatch({ type: 'type', text });
  }

  /** Does an action. */
  dispatch(action: Action): void {
    this.#together(() => {
      const { prompt } = this.state;
      // Several actions may have been done since the last picture was shown.
      const picture = this.#draw();
      const obstacle = unavailableReason(action, picture);
      if (obstacle !== undefined) return this.say(obstacle, 'warn');
      if (isEffect(action)) this.#outside.perform(action);
      else
        this.state = reduce(this.state, resolveAction(action, picture), viewFactsOf(picture, this.#clock()));
      if (action.type === 'mouse') this.#terminal.mouse(this.state.mouse);
      if (action.type === 'accept' && prompt) this.#accepted(prompt.kind, prompt.text);
      this.#sync();
      if (CHOOSING.has(action.type)) this.#anchor = this.state.list.selected;
      this.#changed();
    });
  }

  #accepted(kind: Prompt['kind'], text: string): void {
    if (kind === 'find') this.dispatch({ type: 'match', n: 1 });
    if (kind === 'save' && text.trim() !== '') this.#outside.save(text.trim());
    if (kind === 'url' && text !== '') this.#outside.perform({ type: 'replay', url: text });
    if (kind === 'tell') this.#outside.perform({ type: 'tell', line: text });
  }

  /** Says something in the footer until the next key. */
  say(text: string, role: 'ok' | 'warn' | 'error' = 'ok'): void {
    this.dispatch({ type: 'notice', text: cleanText(text), role });
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

  /** Brings the data in line with the state: the rows in sight, the selected request, the one in the detail. */
  #sync(): void {
    const { list } = this.state;
    const asked = this.list.ask(listQueryOf(list), list.sort, list.view === 'routes');
    const { height } = this.facts().list;
    const cursor = settleCursor(this.state.list.cursor, this.list.count, height);
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
        const cursor = settleCursor({ ...list.cursor, at: there }, this.list.count, this.facts().list.height);
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

  /** Selects a request that is about to come, unless the filter keeps it out. */
  expect(id: string): void {
    this.#expected = id;
    this.#seek();
  }

  #seek(): void {
    const id = this.#expected;
    if (id === undefined) return;
    const found = (trace: Trace | undefined) => {
      if (!trace || id !== this.#expected) return;
      this.#expected = undefined;
      // A list that follows has it on top by itself; in another, what comes after it is not to take its place.
      const { follow, sort } = this.state.list;
      if (follow && sort.by === 'time' && !sort.reverse) return;
      this.dispatch({ type: 'hold' });
      this.list.locate(id, (index) => this.dispatch({ type: 'select', id, index }));
    };
    whenAnswered(this.feed.find(id), found, () => {});
  }

  /** Reads what is in sight again, as it may have changed; a request that is long over has not. */
  #again(): void {
    const { top } = this.state.list.cursor;
    this.list.refresh(top, top + this.facts().list.height);
    const { trace } = this.detail;
    if (trace && (trace.state === 'open' || this.#clockwork.now - trace.start < 60_000))
      this.detail.show(trace.id, true);
    this.#sync();
    this.#seek();
  }

  /** Answers how much there is and how much of it fits. */
  facts(): ViewFacts {
    return viewFactsOf(this.#batching ? this.#draw() : this.picture(), this.#clock());
  }

  #draw(): ViewModel {
    return viewModelOf({
      state: this.state,
      list: this.list,
      detail: this.detail,
      bindings: this.bindings,
      status: this.feed.status(),
      feed: this.feed,
      can: feedCapabilities(this.feed),
      stats: this.#clockwork.stats,
      now: this.#clockwork.now,
    });
  }

  /** Lets go of the feed and of every timer. */
  close(): void {
    this.#clockwork.stop();
    this.#timers.close();
    this.#listeners.clear();
  }
}

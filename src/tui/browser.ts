/** Controller of the browser, without a terminal: keys and feed data in, view models out. */

import type { Summary, Trace } from '../domain/trace.js';
import type { OtlpContext } from '../export/otlp-spans.js';
import type { Feed, Sort } from '../feed/feed.js';
import { ListData, whenResolved } from '../screens/list-data.js';
import { listQueryOf, routeFilter } from '../screens/list-query.js';
import { cleanText } from '../terminal/cells.js';
import { ChangeBatch } from './change-batch.js';
import { RefreshClock } from './data/refresh.js';
import { Timers } from './data/timers.js';
import { TraceData } from './data/trace-data.js';
import { type EffectHandlers, Effects, isEffect } from './effects/effects.js';
import { BINDINGS, type Binding } from './input/bindings.js';
import { footerAction } from './input/footer-mouse.js';
import { keyActions } from './input/key-actions.js';
import type { MouseReport } from './input/key-names.js';
import { mouseAction } from './input/mouse.js';
import { popupMouseActions } from './input/popup-mouse.js';
import { resolveAction } from './input/resolve-action.js';
import { feedCapabilities, unavailableReason } from './input/unavailable.js';
import { followWindow } from './panels/timeline-window.js';
import { settleCursor } from './state/cursor.js';
import { reduce } from './state/reduce.js';
import {
  type Action,
  initialState,
  type Prompt,
  type State,
  shownId,
  type ViewFacts,
} from './state/state.js';
import { endVisits } from './state/visits.js';
import { paneCount } from './view/layout.js';
import { type ViewModel, viewFactsOf, viewModelOf } from './view/view-model.js';

export interface BrowserOptions {
  columns: number;
  rows: number;
  effectHandlers: EffectHandlers;
  bindings?: Binding[];
  saved?: State['saved'];
  ascii?: boolean;
  /** What exported files name: the app and scooby's version. */
  exportContext?: OtlpContext;
  /** Epoch ms. */
  clock?(): number;
  /** ms without a move of the cursor before the preview loads the selected request. */
  previewDelay?: number;
}

const NEWEST_FIRST: Sort = { by: 'time', reverse: false };

/** Actions with which the user selects a request. */
const SELECTING_ACTIONS = new Set(['move', 'wheel', 'at', 'request']);

/** Actions on the list after which a request that was selected earlier is not looked for. */
const ANCHOR_ENDING_ACTIONS = new Set(['sort', 'reverse', 'follow', 'freeze', 'hold']);

export class Browser {
  readonly feed: Feed;
  readonly list: ListData;
  readonly detail: TraceData;
  state: State;
  bindings: Binding[];
  /** Id of the request selected last by the user; selected again when a new filter matches it. */
  #anchorId: string | undefined;
  /** Id of a replayed request whose trace is not stored yet; it is selected once it is. */
  #awaitedId: string | undefined;
  /** Filter of the route whose newest request is shown. */
  #shownRoute: string | undefined;
  #viewModel: ViewModel | undefined;
  readonly #batch = new ChangeBatch(() => {
    this.#viewModel = undefined;
  });
  readonly #timers = new Timers((work) => this.#batch.run(work));
  readonly #clock: () => number;
  readonly #previewDelay: number;
  readonly #effects: Effects;
  readonly #effectHandlers: EffectHandlers;
  readonly #refreshClock: RefreshClock;

  constructor(feed: Feed, options: BrowserOptions) {
    this.feed = feed;
    this.#clock = options.clock ?? Date.now;
    this.#previewDelay = options.previewDelay ?? 40;
    this.bindings = options.bindings ?? BINDINGS;
    this.state = {
      ...initialState(options.columns, options.rows, feed.output !== undefined),
      saved: options.saved ?? [],
      ascii: options.ascii === true,
    };
    const changed = () => this.#dataChanged();
    const failed = (error: unknown) =>
      this.notify(`${error instanceof Error ? error.message : error}`, 'error');
    this.list = new ListData(feed, changed, failed);
    this.detail = new TraceData(feed, changed, failed);
    this.#effectHandlers = options.effectHandlers;
    const context = options.exportContext ?? { service: 'app', version: '' };
    this.#effects = new Effects(this, options.effectHandlers, context);
    const refreshTarget = {
      isFrozen: () => this.state.list.frozen,
      newestStart: () => this.list.row(this.state.list.cursor.top)?.start,
      reload: () => this.#reload(),
      changed: () => this.#batch.change(),
    };
    this.#refreshClock = new RefreshClock(feed, refreshTarget, this.#timers, this.#clock);
    this.#sync();
    this.#refreshClock.start();
  }

  /** Calls the listener after each change of the view model; the returned function unsubscribes. */
  subscribe = (listener: () => void): (() => void) => this.#batch.subscribe(listener);

  /** View model: the same object until something changes, as useSyncExternalStore requires. */
  viewModel = (): ViewModel => {
    this.#viewModel ??= this.#buildViewModel();
    return this.#viewModel;
  };

  /** Dispatches the actions of a key, named as in key-names.ts. */
  press(key: string): void {
    this.#batch.run(() => {
      this.#endNotice();
      const items = () => this.#buildViewModel().items;
      for (const action of keyActions(key, this.state, this.bindings, items)) this.dispatch(action);
    });
  }

  /** Dispatches the actions of a mouse report. */
  point(mouse: MouseReport): void {
    this.#batch.run(() => {
      const viewModel = this.#buildViewModel();
      const footer = footerAction(viewModel, this.bindings, mouse);
      if (mouse.press) this.#endNotice();
      const action = footer ?? mouseAction(viewModel, mouse);
      for (const each of action ? [action] : popupMouseActions(viewModel, mouse)) this.dispatch(each);
    });
  }

  #endNotice(): void {
    if (!this.state.notice) return;
    const { notice: _, ...state } = this.state;
    this.state = state;
    this.#batch.change();
  }

  /** Inserts pasted text into the prompt; ignored without a prompt, so it never acts as keys. */
  paste(text: string): void {
    if (this.state.prompt) this.dispatch({ type: 'type', text });
  }

  dispatch(action: Action): void {
    this.#batch.run(() => {
      const { prompt } = this.state;
      // Not cached: earlier actions of this batch may have changed the state.
      const viewModel = this.#buildViewModel();
      const reason = unavailableReason(action, viewModel);
      if (reason !== undefined) return this.notify(reason, 'warn');
      if (this.state.focus === 'list' && ANCHOR_ENDING_ACTIONS.has(action.type)) this.#anchorId = undefined;
      if (isEffect(action)) this.#effects.perform(action);
      else {
        const facts = viewFactsOf(viewModel, this.#clock());
        this.state = reduce(this.state, resolveAction(action, viewModel), facts);
      }
      if (action.type === 'mouse') this.#effectHandlers.setMouse(this.state.mouse);
      if (action.type === 'accept' && prompt) this.#acceptPrompt(prompt.kind, prompt.text);
      this.#sync();
      if (SELECTING_ACTIONS.has(action.type)) this.#anchorId = this.state.list.selected;
      this.#batch.change();
    });
  }

  #acceptPrompt(kind: Prompt['kind'], text: string): void {
    if (kind === 'find') this.dispatch({ type: 'match', n: 1 });
    if (kind === 'save' && text.trim() !== '') this.#effects.saveFilter(text.trim());
    if (kind === 'url' && text !== '') this.#effects.perform({ type: 'replay', url: text });
    if (kind === 'tell') this.#effects.perform({ type: 'tell', line: text });
  }

  /** Shows a message in the footer until the next key. */
  notify(text: string, role: 'ok' | 'warn' | 'error' = 'ok'): void {
    this.dispatch({ type: 'notice', text: cleanText(text), role });
  }

  /** Loads the data that the state needs: visible rows, selected request, trace of the detail. */
  #sync(): void {
    // The list shows its own request beside it.
    if (this.state.focus === 'list') this.state = endVisits(this.state);
    const { list } = this.state;
    const isNewQuery = this.list.setQuery(listQueryOf(list), list.sort, list.view === 'routes');
    const { height } = this.facts().list;
    const isSeeking = this.#seekRoute();
    const from = this.state.list.cursor;
    // The count of the previous rows would move the cursor off the route that is looked for.
    const cursor = isSeeking ? from : settleCursor(from, this.list.count, height);
    if (cursor.at !== from.at || cursor.top !== from.top) {
      this.state = { ...this.state, list: { ...this.state.list, cursor } };
    }
    this.list.loadRows(cursor.top, cursor.top + height);
    const anchor = this.#anchorId;
    const isAtTop = !list.follow && list.cursor.at === 0 && list.view !== 'routes';
    if (isNewQuery && anchor !== undefined && isAtTop) {
      this.list.locate(anchor, (index) => this.dispatch({ type: 'select', id: anchor, index }));
    }
    this.#selectUnderCursor();
    this.#showSelected();
    this.#followCall();
  }

  /** Moves a zoomed timeline on to the selected call. */
  #followCall(): void {
    const { window, table } = this.state.detail;
    const { trace } = this.detail;
    if (!window || trace?.id !== window.trace) return;
    const { times, entries } = this.#buildViewModel().page;
    if (!times) return;
    const followed = followWindow(window, times.of(Math.min(table.at, entries.length - 1)), times.extent);
    if (followed === window) return;
    const detail = { ...this.state.detail, window: { trace: trace.id, ...followed } };
    this.state = { ...this.state, detail };
  }

  /** Moves the cursor to the wanted route; true while the rows are loading. */
  #seekRoute(): boolean {
    const { wantedRoute, ...list } = this.state.list;
    if (!wantedRoute) return false;
    if (list.view === 'routes' && this.list.stale) return true;
    const at = this.list.routes.findIndex(
      ({ method, route }) => method === wantedRoute.method && route === wantedRoute.route,
    );
    const isFound = list.view === 'routes' && at >= 0;
    this.state = { ...this.state, list: isFound ? { ...list, cursor: { ...list.cursor, at } } : list };
    return false;
  }

  #selectUnderCursor(): void {
    if (this.state.list.view === 'routes' || this.list.stale) return;
    const id = this.list.row(this.state.list.cursor.at)?.id;
    const { selected, ...list } = this.state.list;
    if (id === selected) return;
    this.state = endVisits({ ...this.state, list: id === undefined ? list : { ...list, selected: id } });
  }

  /** Handles new data: a following list selects the newest request, others keep their selection. */
  #dataChanged(): void {
    if (this.#batch.isOpen) {
      this.#batch.change();
      return;
    }
    this.#batch.run(() => {
      const { list } = this.state;
      const index = list.selected === undefined ? -1 : this.list.indexOf(list.selected);
      if (!list.follow && index >= 0 && this.list.row(list.cursor.at)?.id !== list.selected) {
        const { height } = this.facts().list;
        const cursor = settleCursor({ ...list.cursor, at: index }, this.list.count, height);
        this.state = { ...this.state, list: { ...list, cursor } };
      }
      this.#sync();
      this.#batch.change();
    });
  }

  /** Shows the selected request: at once in a focused detail, else after previewDelay. */
  #showSelected(): void {
    const { focus, list, detail } = this.state;
    if (detail.visits && detail.visits.length > 0) {
      this.#shownRoute = undefined;
      this.#timers.cancel('preview');
      return this.detail.show(shownId(this.state));
    }
    if (list.view !== 'routes') this.#shownRoute = undefined;
    if (paneCount(this.state) === 1 && focus === 'list') return;
    if (list.view === 'routes') return this.#showRoute();
    // The shown request stays until the rows of a new order or view are loaded.
    if (list.selected === undefined && this.list.stale) return;
    if (focus !== 'list' || this.detail.trace === undefined) {
      this.#timers.cancel('preview');
      this.detail.show(list.selected);
      return;
    }
    if (list.selected === this.detail.trace.id) return;
    const show = () => {
      if (!this.list.stale) this.detail.show(this.state.list.selected);
    };
    this.#timers.schedule('preview', this.#previewDelay, show, true);
  }

  /** Shows the newest request of the selected route, once the cursor rests. */
  #showRoute(): void {
    const { list } = this.state;
    const row = this.list.routes[list.cursor.at];
    if (this.list.stale || !row) return;
    const filter = routeFilter(row, list.filter);
    if (filter === this.#shownRoute) return;
    this.#shownRoute = filter;
    const query = listQueryOf({ ...list, view: 'all', filter });
    const show = ([newest]: Summary[]) => {
      if (filter === this.#shownRoute) this.detail.show(newest?.id);
    };
    const read = () => whenResolved(this.feed.page(query, NEWEST_FIRST, 0, 1), show, () => {});
    this.#timers.schedule('preview', this.#previewDelay, read, true);
  }

  /** Selects a request once its trace is stored, unless the filter excludes it. */
  selectWhenStored(id: string): void {
    this.#awaitedId = id;
    this.#selectAwaited();
  }

  #selectAwaited(): void {
    const id = this.#awaitedId;
    if (id === undefined) return;
    const select = (trace: Trace | undefined) => {
      if (!trace || id !== this.#awaitedId) return;
      this.#awaitedId = undefined;
      // A following list selects it anyway; another is held, or later requests would move it.
      const { follow, sort } = this.state.list;
      if (follow && sort.by === 'time' && !sort.reverse) return;
      this.dispatch({ type: 'hold' });
      this.list.locate(id, (index) => this.dispatch({ type: 'select', id, index }));
    };
    whenResolved(this.feed.find(id), select, () => {});
  }

  /** Reloads the visible rows, and the shown trace if it is open or younger than 60 s. */
  #reload(): void {
    const { top } = this.state.list.cursor;
    this.list.refresh(top, top + this.facts().list.height);
    const { trace } = this.detail;
    if (trace && (trace.state === 'open' || this.#refreshClock.now - trace.start < 60_000))
      this.detail.show(trace.id, true);
    this.#sync();
    this.#selectAwaited();
  }

  /** Row counts and heights of the panes; inside a batch from a fresh view model. */
  facts(): ViewFacts {
    return viewFactsOf(this.#batch.isOpen ? this.#buildViewModel() : this.viewModel(), this.#clock());
  }

  #buildViewModel(): ViewModel {
    return viewModelOf({
      state: this.state,
      list: this.list,
      detail: this.detail,
      bindings: this.bindings,
      status: this.feed.status(),
      feed: this.feed,
      capabilities: feedCapabilities(this.feed),
      stats: this.#refreshClock.stats,
      now: this.#refreshClock.now,
    });
  }

  /** Unsubscribes from the feed and cancels every timer; closing the feed is left to the caller. */
  close(): void {
    this.#refreshClock.stop();
    this.#timers.close();
    this.#batch.close();
  }
}

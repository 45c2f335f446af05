/** What reaches outside the browser: the clipboard, the editor, the app, the terminal itself. */

import { formatCount, formatMs } from '../../domain/text.js';
import type { Position, Trace } from '../../domain/trace.js';
import type { Feed } from '../../feed/feed.js';
import { replayableHeaders } from '../../feed/replayable.js';
import { cleanText } from '../../terminal/cells.js';
import type { TraceData } from '../data/trace-data.js';
import type { Action, EffectAction as OutsideAction, State } from '../state/state.js';
import { diffLines } from '../view/diff.js';
import { selectedPosition, type ViewModel } from '../view/view-model.js';
import { copyTextOf, requestUrl } from './copy-text.js';

/** What the terminal and the machine around it can do for the browser. */
export interface EffectHandlers {
  /** Puts a text on the clipboard and answers by which way. */
  copy(text: string): Promise<string>;
  /** Opens a position in the user's editor; relative files are in `cwd`. Answers what it did. */
  edit(place: Position, cwd: string): Promise<string>;
  openUrl(url: string): Promise<string>;
  redraw(): void;
  suspend(): void;
  mouse(on: boolean): void;
  save(saved: State['saved']): void;
  quit(): void;
}

const OUTSIDE = new Set([
  'quit',
  'redraw',
  'suspend',
  'copy',
  'edit',
  'openUrl',
  'replay',
  'diff',
  'explain',
  'record',
  'restart',
  'tell',
]);
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

const RECORDED = {
  all: 'every request is recorded',
  marked: 'only requests with X-Scooby-Record: 1 are recorded',
  off: 'no request is recorded',
};

/** Answers whether an action reaches outside. */
export function isEffect(action: Action): action is OutsideAction {
  return OUTSIDE.has(action.type);
}

/** The part of the browser that effects read and change. */
interface EffectTarget {
  readonly feed: Feed;
  readonly state: State;
  readonly detail: Pick<TraceData, 'explained' | 'load'>;
  picture(): ViewModel;
  dispatch(action: Action): void;
  say(text: string, role?: 'ok' | 'warn' | 'error'): void;
  /** Selects the request once it is there. */
  expect(id: string): void;
}

export class Effects {
  readonly #browser: EffectTarget;
  readonly #terminal: EffectHandlers;

  constructor(browser: EffectTarget, terminal: EffectHandlers) {
    this.#browser = browser;
    this.#terminal = terminal;
  }

  /** Does it; what it came to is said in the footer. */
  perform(action: OutsideAction): void {
    switch (action.type) {
      case 'quit':
        this.#terminal.quit();
        break;
      case 'redraw':
        this.#terminal.redraw();
        break;
      case 'suspend':
        this.#terminal.suspend();
        break;
      case 'restart':
        this.#restart();
        break;
      case 'record':
        this.#record(action.recording);
        break;
      case 'tell':
        this.#browser.feed.sendInput?.(action.line);
        break;
      case 'diff':
        this.#diff();
        break;
      default:
        this.#withTrace((trace) => this.#perform(action, trace));
    }
  }

  async #perform(action: OutsideAction, trace: Trace): Promise<void> {
    const { feed } = this.#browser;
    if (action.type === 'copy') return this.#copy(action.what, trace);
    if (action.type === 'openUrl')
      return this.#browser.say(await this.#terminal.openUrl(requestUrl(trace, feed.status().url)));
    if (action.type === 'edit') return this.#edit(trace);
    if (action.type === 'explain') return this.#explain(trace);
    if (action.type === 'replay') return this.#replay(trace, action.url, action.sure === true);
  }

  /** Runs work on the selected request, read if it is not in the detail already; its failure is said, not thrown. */
  #withTrace(work: (trace: Trace) => Promise<void>): void {
    const { state, detail } = this.#browser;
    const { selected } = state.list;
    const failed = (error: unknown) =>
      this.#browser.say(error instanceof Error ? error.message : String(error), 'error');
    if (selected === undefined) return;
    const run = async () => {
      const trace = await detail.load(selected);
      if (trace) await work(trace);
      else this.#browser.say('this request is no longer stored', 'warn');
    };
    run().catch(failed);
  }

  async #copy(what: string, trace: Trace): Promise<void> {
    const entry = this.#browser.picture().page.entries[this.#browser.state.detail.table.at];
    const span = this.#browser.state.focus === 'list' ? undefined : trace.spans[entry?.span ?? -1];
    const worst = trace.spans[trace.findings[0]?.spans[0] ?? -1];
    const copy = copyTextOf(what, trace, span ?? worst, this.#browser.feed.status().url);
    if (copy === undefined) return this.#browser.say('this request has nothing of that kind', 'warn');
    const way = await this.#terminal.copy(copy.text);
    const copied = `copied ${copy.text.length} characters (${way})`;
    if (copy.warning === undefined) this.#browser.say(copied);
    else this.#browser.say(`${copied}; ${copy.warning}`, 'warn');
  }

  async #edit(trace: Trace): Promise<void> {
    const place = selectedPosition(this.#browser.picture());
    if (!place) return this.#browser.say('nothing here has a line to open', 'warn');
    this.#browser.say(
      await this.#terminal.edit(place, trace.app?.cwd ?? this.#browser.feed.status().app?.cwd ?? '.'),
    );
  }

  async #explain(trace: Trace): Promise<void> {
    const { feed } = this.#browser;
    const at = this.#browser.picture().page.entries[this.#browser.state.detail.table.at]?.span;
    if (at === undefined) return;
    this.#browser.say('asking the database for its plan …');
    const plan = await feed.explain?.(trace, at);
    if (!plan) return;
    this.#browser.detail.explained(trace, at, plan);
    const { length } = plan.remarks;
    this.#browser.say(
      length === 0 ? 'nothing stands out in the plan' : `${formatCount(length, 'remark')} on the plan`,
    );
  }

  async #replay(trace: Trace, url: string | undefined, sure: boolean): Promise<void> {
    const { feed } = this.#browser;
    if (feed.status().exit && feed.restart) return this.#restart();
    if (!SAFE.has(trace.method) && !sure) {
      const { without } = replayableHeaders(trace);
      const lost = without.length === 0 ? '' : `, without ${without.join(', ')}`;
      const yes: Action = { type: 'replay', sure: true, ...(url === undefined ? {} : { url }) };
      return this.#browser.dispatch({
        type: 'ask',
        question: `send ${trace.method} ${cleanText(url ?? trace.url)} again${lost}? y/N`,
        yes,
      });
    }
    this.#browser.say(`sending ${trace.method} ${url ?? trace.url} …`);
    const answer = await feed.replay?.(trace, url);
    if (!answer) return;
    const { status, id, without = [] } = answer;
    const left = without.length === 0 ? '' : `; sent without ${without.join(', ')}: never recorded`;
    this.#browser.say(`${status} after ${formatMs(answer.ms)}${left}`, left === '' ? 'ok' : 'warn');
    if (id !== undefined) this.#browser.expect(id);
  }

  /** Does what takes a while; its failure is said. */
  #attempt(saying: string, work: Promise<void> | undefined, done: string): void {
    this.#browser.say(saying);
    work?.then(
      () => this.#browser.say(done),
      (error: Error) => this.#browser.say(error.message, 'error'),
    );
  }

  #restart(): void {
    const { feed } = this.#browser;
    this.#attempt('starting the app again …', feed.restart?.(), 'the app was started again');
  }

  #record(recording: 'all' | 'marked' | 'off'): void {
    const { feed } = this.#browser;
    this.#attempt('switching the recording …', feed.record?.(recording), RECORDED[recording]);
  }

  #diff(): void {
    const { state } = this.#browser;
    const { marks, selected } = state.list;
    const other = marks.findLast((id) => id !== selected);
    if (other === undefined) return;
    this.#withTrace(async (after) => {
      const before = await this.#browser.feed.find(other);
      if (!before) return this.#browser.say('the marked request is no longer stored', 'warn');
      this.#browser.dispatch({ type: 'show', title: 'difference', lines: diffLines(before, after) });
    });
  }

  /** Keeps the present filter under a name. */
  save(name: string): void {
    const { state } = this.#browser;
    const saved = [...state.saved.filter((one) => one.name !== name), { name, filter: state.list.filter }];
    this.#terminal.save(saved);
    this.#browser.dispatch({ type: 'saved', saved });
    this.#browser.say(`saved as "${name}"; f lists them`);
  }
}

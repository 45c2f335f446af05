/** Performs the browser's side effects: on the clipboard, the editor, the app and the terminal. */

import { isSafeMethod } from '../../domain/safe-method.js';
import type { Position } from '../../domain/site.js';
import { formatCount, formatMs } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import type { OtlpContext } from '../../export/otlp-spans.js';
import type { Feed } from '../../feed/feed.js';
import { againQuestion, sentWithout } from '../../feed/replayable.js';
import { copyTextOf, requestUrl } from '../../screens/copy-text.js';
import { cleanText } from '../../terminal/cells.js';
import type { TraceData } from '../data/trace-data.js';
import { type Action, type EffectAction, type State, shownId } from '../state/state.js';
import { diffLines } from '../view/diff.js';
import { selectedPosition, type ViewModel } from '../view/view-model.js';
import { ProofEffects } from './proof-effects.js';
import { SaveEffects } from './save-effects.js';

/** Operations of the terminal and the operating system that effects need. */
export interface EffectHandlers {
  /** Copies a text and resolves to the name of the clipboard tool. */
  copy(text: string): Promise<string>;
  /** Opens a position in the user's editor, relative to `cwd`; resolves to a footer message. */
  edit(position: Position, cwd: string): Promise<string>;
  /** Opens a URL in the web browser; resolves to a footer message. */
  openUrl(url: string): Promise<string>;
  /** Writes a new file into the working folder and returns its name. */
  saveFile(name: string, text: string): string;
  redraw(): void;
  suspend(): void;
  setMouse(on: boolean): void;
  /** Saves a filter beside those of other browsers; returns all of them. */
  addFilter(filter: State['saved'][number]): State['saved'];
  quit(): void;
}

const EFFECT_TYPES = new Set([
  'quit',
  'redraw',
  'suspend',
  'copy',
  'saveFile',
  'saveList',
  'edit',
  'openUrl',
  'openPage',
  'replay',
  'diff',
  'explain',
  'tryLoop',
  'verify',
  'watch',
  'record',
  'restart',
  'tell',
  'clearStore',
]);

const RECORDING_MESSAGES = {
  all: 'every request is recorded',
  marked: 'only requests with X-Scooby-Record: 1 are recorded',
  off: 'no request is recorded',
};
/** Where what a replay was for is shown. */
const SHOWN = {
  profile: '; its profile is in the tab CPU',
  locals: "; the variables are below the frames of the call's stack",
};
const NEXT_RECORDING = { all: 'marked', marked: 'off', off: 'all' } as const;

export function isEffect(action: Action): action is EffectAction {
  return EFFECT_TYPES.has(action.type);
}

/** Part of the browser that effects read and change. */
interface EffectTarget {
  readonly feed: Feed;
  readonly state: State;
  readonly detail: Pick<TraceData, 'addPlan' | 'load'>;
  viewModel(): ViewModel;
  dispatch(action: Action): void;
  notify(text: string, role?: 'ok' | 'warn' | 'error'): void;
  /** Selects a request once its trace is stored. */
  selectWhenStored(id: string): void;
}

export class Effects {
  readonly #browser: EffectTarget;
  readonly #handlers: EffectHandlers;
  readonly #proof: ProofEffects;
  readonly #saving: SaveEffects;

  constructor(browser: EffectTarget, handlers: EffectHandlers, context: OtlpContext) {
    this.#browser = browser;
    this.#handlers = handlers;
    this.#proof = new ProofEffects(browser);
    this.#saving = new SaveEffects(browser, (name, text) => handlers.saveFile(name, text), context);
  }

  /** Performs an effect; its result or failure is shown in the footer. */
  perform(action: EffectAction): void {
    switch (action.type) {
      case 'quit':
        this.#handlers.quit();
        break;
      case 'redraw':
        this.#handlers.redraw();
        break;
      case 'suspend':
        this.#handlers.suspend();
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
      case 'saveList':
        this.#saving.saveList().catch((error: Error) => this.#browser.notify(error.message, 'error'));
        break;
      case 'clearStore':
        this.#clearStore(action.sure === true);
        break;
      case 'openPage':
        this.#openPage();
        break;
      default:
        this.#withTrace((trace) => this.#performOnTrace(action, trace));
    }
  }

  /** Opens the run's page at the selected request. */
  #openPage(): void {
    const { feed, state } = this.#browser;
    const selected = shownId(state);
    const open = async () => {
      const link = await feed.pageLink!(selected === undefined ? undefined : `/r/${selected}`);
      const said = await this.#handlers.openUrl(link);
      // Without a browser here, the link is what is left; else its token is nobody's business.
      this.#browser.notify(said === link ? said : 'opened the page in the web browser');
    };
    open().catch((error: Error) => this.#browser.notify(error.message, 'error'));
  }

  async #performOnTrace(action: EffectAction, trace: Trace): Promise<void> {
    const { feed } = this.#browser;
    if (action.type === 'copy') return this.#copy(action.what, trace);
    if (action.type === 'saveFile') return this.#saving.saveRequest(trace, action.format);
    if (action.type === 'openUrl')
      return this.#browser.notify(await this.#handlers.openUrl(requestUrl(trace, feed.status().url)));
    if (action.type === 'edit') return this.#edit(trace);
    if (action.type === 'explain') return this.#explain(trace);
    if (action.type === 'tryLoop') return this.#proof.tryLoop(trace, this.#selectedCall());
    if (action.type === 'verify') return this.#proof.verify(trace, action.sure === true);
    if (action.type === 'watch') return this.#proof.watch(trace, action.sure === true);
    if (action.type === 'replay') return this.#replay(trace, action);
  }

  /** Runs work on the selected trace, loaded if needed; failures are shown in the footer. */
  #withTrace(work: (trace: Trace) => Promise<void>): void {
    const { state, detail } = this.#browser;
    const selected = shownId(state);
    const failed = (error: unknown) =>
      this.#browser.notify(error instanceof Error ? error.message : String(error), 'error');
    if (selected === undefined) return;
    const run = async () => {
      const trace = await detail.load(selected);
      if (trace) await work(trace);
      else this.#browser.notify('this request is no longer stored', 'warn');
    };
    run().catch(failed);
  }

  async #copy(what: string, trace: Trace): Promise<void> {
    const row = this.#browser.viewModel().page.entries[this.#browser.state.detail.table.at];
    const span = this.#browser.state.focus === 'list' ? undefined : trace.spans[row?.span ?? -1];
    const findingSpan = trace.spans[trace.findings[0]?.spans[0] ?? -1];
    const tried = what === 'tried' ? this.#proof.triedOf(trace) : undefined;
    const sources = what === 'prompt' ? await this.#saving.sourcesOf(trace) : new Map<string, string>();
    const linesOf = (file: string) => sources.get(file)?.split(/\r\n|\n|\r/);
    const copy =
      tried ?? copyTextOf(what, trace, span ?? findingSpan, this.#browser.feed.status().url, linesOf);
    if (copy === undefined) return this.#browser.notify('this request has nothing of that kind', 'warn');
    const tool = await this.#handlers.copy(copy.text);
    const message = `copied ${copy.text.length} characters (${tool})`;
    if (copy.warning === undefined) this.#browser.notify(message);
    else this.#browser.notify(`${message}; ${copy.warning}`, 'warn');
  }

  async #edit(trace: Trace): Promise<void> {
    const position = selectedPosition(this.#browser.viewModel());
    if (!position) return this.#browser.notify('nothing here has a line to open', 'warn');
    const cwd = trace.app?.cwd ?? this.#browser.feed.status().app?.cwd ?? '.';
    this.#browser.notify(await this.#handlers.edit(position, cwd));
  }

  async #explain(trace: Trace): Promise<void> {
    const { feed } = this.#browser;
    const index = this.#selectedCall();
    if (index === undefined) return;
    this.#browser.notify('asking the database for its plan …');
    const plan = await feed.explain?.(trace, index);
    if (!plan) return;
    this.#browser.detail.addPlan(trace, index, plan);
    const { length } = plan.remarks;
    this.#browser.notify(
      length === 0 ? 'nothing stands out in the plan' : `${formatCount(length, 'remark')} on the plan`,
    );
  }

  /** Index of the call in the selected row. */
  #selectedCall(): number | undefined {
    return this.#browser.viewModel().page.entries[this.#browser.state.detail.table.at]?.span;
  }

  async #replay(
    trace: Trace,
    { url, sure, with: wanted }: Extract<EffectAction, { type: 'replay' }>,
  ): Promise<void> {
    const { feed } = this.#browser;
    const verb = wanted === 'profile' ? 'profiling' : 'sending';
    if (feed.status().exit && feed.restart) return this.#restart();
    if (isUnit(trace)) return this.#browser.notify(`a ${trace.method} cannot be sent again`, 'warn');
    if (!isSafeMethod(trace.method) && !sure) {
      const yes: Action = {
        ...{ type: 'replay', sure: true },
        ...(url !== undefined && { url }),
        ...(wanted && { with: wanted }),
      };
      return this.#browser.dispatch({
        type: 'ask',
        question: `${againQuestion(trace, `${trace.method} ${cleanText(url ?? trace.url)}`)} y/N`,
        yes,
      });
    }
    const call = wanted === 'locals' ? this.#selectedCall() : undefined;
    const stops = call === undefined ? '' : ' again; it stops for a moment at each call';
    this.#browser.notify(`${verb} ${trace.method} ${cleanText(url ?? trace.url)}${stops} …`);
    const wish = call === undefined ? undefined : (`locals:${call}` as const);
    const result = await feed.replay?.(trace, url, wanted === 'profile' ? 'cpu' : wish);
    if (!result) return;
    const { status, id, ms, without = [] } = result;
    const omitted = without.length === 0 ? '' : `; ${sentWithout(without)}`;
    const shown = wanted === undefined ? '' : SHOWN[wanted];
    this.#browser.notify(`${status} after ${formatMs(ms)}${shown}${omitted}`, omitted === '' ? 'ok' : 'warn');
    if (id !== undefined) this.#browser.selectWhenStored(id);
  }

  /** Shows `progress` until the work settles, then `done` or its error. */
  #runWithProgress(progress: string, work: Promise<void> | undefined, done: string): void {
    this.#browser.notify(progress);
    work?.then(
      () => this.#browser.notify(done),
      (error: Error) => this.#browser.notify(error.message, 'error'),
    );
  }

  #restart(): void {
    const { feed } = this.#browser;
    this.#runWithProgress('starting the app again …', feed.restart?.(), 'the app was started again');
  }

  #clearStore(sure: boolean): void {
    const { feed } = this.#browser;
    if (!sure) {
      const count = formatCount(this.#browser.viewModel().stats?.total ?? 0, 'request');
      const question = `remove ${count} from the store, for every screen, page and command that reads it? y/N`;
      return this.#browser.dispatch({ type: 'ask', question, yes: { type: 'clearStore', sure: true } });
    }
    this.#browser.notify('removing …');
    // The screen says so first: a large store takes a moment, in this thread.
    const clear = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const removed = await feed.clear?.();
      this.#browser.dispatch({ type: 'cleared' });
      this.#browser.notify(`${formatCount(removed ?? 0, 'request')} removed; what comes is recorded`);
    };
    clear().catch((error: Error) => this.#browser.notify(error.message, 'error'));
  }

  #record(wanted: keyof typeof RECORDING_MESSAGES | 'next'): void {
    const { feed } = this.#browser;
    const recording = wanted === 'next' ? NEXT_RECORDING[feed.status().recording ?? 'off'] : wanted;
    this.#runWithProgress(
      'switching the recording …',
      feed.record?.(recording),
      RECORDING_MESSAGES[recording],
    );
  }

  #diff(): void {
    const { state } = this.#browser;
    const marked = state.list.marks.findLast((id) => id !== shownId(state));
    if (marked === undefined) return;
    this.#withTrace(async (after) => {
      const before = await this.#browser.feed.find(marked);
      if (!before) return this.#browser.notify('the marked request is no longer stored', 'warn');
      this.#browser.dispatch({ type: 'show', title: 'difference', lines: diffLines(before, after) });
    });
  }

  /** Saves the current filter under a name, in place of an earlier filter of that name. */
  saveFilter(name: string): void {
    const { state } = this.#browser;
    let saved: State['saved'];
    try {
      saved = this.#handlers.addFilter({ name, filter: state.list.filter });
    } catch (error) {
      return this.#browser.notify(`not saved: ${(error as Error).message}`, 'error');
    }
    this.#browser.dispatch({ type: 'saved', saved });
    this.#browser.notify(`saved as "${name}"; f lists them`);
  }
}

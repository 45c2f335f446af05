/** Proofs of a fix in the browser: the one query in place of a loop, findings verified, a route watched. */

import { isSafeMethod } from '../../domain/safe-method.js';
import { escapeToOneLine, readableUrl } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import type { Feed, TrialResult } from '../../feed/feed.js';
import { againQuestion } from '../../feed/replayable.js';
import { verify } from '../../feed/verify.js';
import { isTriable, loopOfCall, loopsOfFinding } from '../../insight/rewrite/finding-loops.js';
import { watchSummary } from '../../insight/verify/summary.js';
import type { CopiedText } from '../../screens/copy-text.js';
import { cleanText } from '../../terminal/cells.js';
import type { Action } from '../state/state.js';
import { trialPopup, verificationPopup } from '../view/proof.js';

/** Part of the browser that proofs read and change. */
interface ProofTarget {
  readonly feed: Feed;
  dispatch(action: Action): void;
  notify(text: string, role?: 'ok' | 'warn' | 'error'): void;
  selectWhenStored(id: string): void;
}

export class ProofEffects {
  readonly #browser: ProofTarget;
  /** The last trial, which `y t` copies. */
  #tried: { id: string; trial: TrialResult } | undefined;
  #watch: AbortController | undefined;

  constructor(browser: ProofTarget) {
    this.#browser = browser;
  }

  /** The statement that was tried for a request, with its values. */
  triedOf({ id }: Trace): CopiedText | undefined {
    return this.#tried?.id === id ? { text: `${this.#tried.trial.script};` } : undefined;
  }

  /** Tries the loop of the selected call, else the costliest of the request's findings. */
  async tryLoop(trace: Trace, call: number | undefined): Promise<void> {
    const finding = trace.findings.find((each) => isTriable(trace, each));
    const isQuery = call !== undefined && trace.spans[call]?.kind === 'sql';
    const loop = isQuery ? loopOfCall(trace, call) : finding && loopsOfFinding(trace, finding)[0];
    if (loop === undefined)
      return this.#browser.notify(
        'this request has no N+1 of queries that read; select one of its queries',
        'warn',
      );
    this.#browser.notify('trying the one query on the database …');
    const trial = await this.#browser.feed.tryLoop?.(trace, loop.spans);
    if (trial === undefined) return;
    this.#tried = { id: trace.id, trial };
    this.#browser.notify('y t copies the query', trial.comparison.same === false ? 'warn' : 'ok');
    this.#browser.dispatch({ type: 'show', title: 'tried', lines: trialPopup(trial) });
  }

  /** Sends the request again and shows what became of its findings. */
  async verify(trace: Trace, sure: boolean): Promise<void> {
    const { feed } = this.#browser;
    if (!this.#maySend(trace, sure, { type: 'verify', sure: true })) return;
    const { replay } = feed;
    if (replay === undefined) return;
    this.#browser.notify(`sending ${nameOf(trace)} …`);
    const verification = await verify(trace, {
      send: (request) => replay.call(feed, request),
      find: (id) => feed.find(id),
    });
    this.#browser.notify(watchSummary(verification), verification.verdict === 'gone' ? 'ok' : 'warn');
    this.#browser.selectWhenStored(verification.after.id);
    this.#browser.dispatch({ type: 'show', title: 'verified', lines: verificationPopup(verification) });
  }

  /** Watches the request's route from now on; a second time ends it. */
  async watch(trace: Trace, sure: boolean): Promise<void> {
    if (this.#watch) {
      this.#watch.abort();
      this.#watch = undefined;
      return this.#browser.notify('the watch has ended');
    }
    if (!this.#maySend(trace, sure, { type: 'watch', sure: true })) return;
    const watch = new AbortController();
    this.#watch = watch;
    this.#browser.notify(`${nameOf(trace)} is sent again after each restart of the app; A ends it`);
    const listener = {
      compared: (verification: Parameters<typeof watchSummary>[0]) => {
        const role = verification.verdict === 'gone' ? 'ok' : 'warn';
        this.#browser.notify(`${nameOf(trace)}: ${watchSummary(verification)}`, role);
        this.#browser.selectWhenStored(verification.after.id);
      },
      failed: (message: string) => this.#browser.notify(`${nameOf(trace)}: ${message}`, 'error'),
    };
    void this.#browser.feed.watch?.(trace, listener, watch.signal);
  }

  #maySend(trace: Trace, sure: boolean, yes: Action): boolean {
    if (isUnit(trace)) this.#browser.notify(`a ${trace.method} cannot be sent again`, 'warn');
    else if (isSafeMethod(trace.method) || sure) return true;
    else {
      const question = `${againQuestion(trace, nameOf(trace))} y/N`;
      this.#browser.dispatch({ type: 'ask', question, yes });
    }
    return false;
  }
}

function nameOf({ method, url }: Trace): string {
  return cleanText(escapeToOneLine(`${method} ${readableUrl(url)}`));
}

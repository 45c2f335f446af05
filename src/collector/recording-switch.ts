/** Which requests of a run are recorded: its mode, which can be switched, its rules, and their marks. */

import type { Recording } from '../domain/link.js';
import type { RecordMark } from '../domain/record-marks.cjs';
import { type LeftOut, RecordPolicy, type RecordRules, type RequestAbout } from '../domain/record-rules.cjs';
import type { RecordDecision } from '../proxy/observer.js';

// Made once: a request that is left out costs no object.
const WHOLE: RecordDecision = { isRecorded: true };
const WITH_CALLS: RecordDecision = { isRecorded: true, withCalls: true, told: 'calls' };
const UNTOLD: RecordDecision = { isRecorded: false };
/** Without being told, the agent would take it for a request that did not pass the proxy. */
const LEFT_OUT: RecordDecision = { isRecorded: false, told: '0' };

/** The switch of a run. */
export class RecordingSwitch {
  mode: Recording;
  readonly #policy: RecordPolicy | undefined;
  readonly #leftOut: LeftOut = { withoutCalls: 0, excluded: 0, unsampled: 0, unmarked: 0, off: 0 };

  /** Without `rules` each request is recorded in the mode `all`. */
  constructor(mode: Recording, rules?: RecordRules) {
    this.mode = mode;
    this.#policy = rules && new RecordPolicy(rules);
  }

  /** Requests that were left out so far, by reason. */
  get leftOut(): LeftOut {
    return { ...this.#leftOut };
  }

  /** Decides on the next request; its mark goes over the rules. */
  decide(mark: RecordMark, about: RequestAbout): RecordDecision {
    if (this.mode === 'off') return this.#leaveOut('off', UNTOLD);
    if (mark === 'on') return WHOLE;
    if (this.mode === 'marked') return this.#leaveOut('unmarked', UNTOLD);
    if (mark === 'off') return this.#leaveOut('off', LEFT_OUT);
    const verdict = this.#policy?.verdictOn(about) ?? 'whole';
    if (verdict === 'whole') return WHOLE;
    return verdict === 'withCalls' ? WITH_CALLS : this.#leaveOut(verdict, LEFT_OUT);
  }

  /** Counts requests that were dropped because they made no calls. */
  droppedWithoutCalls(count: number): void {
    this.#leftOut.withoutCalls += count;
  }

  #leaveOut(reason: keyof LeftOut, decision: RecordDecision): RecordDecision {
    this.#leftOut[reason]++;
    return decision;
  }
}

/** List of calls, linked through their own fields: a Set makes and grows a table for each few. */

import type { TracedCall } from '../call/call.cjs';

/** Calls in the order in which they were added. */
export class CallList {
  size = 0;
  #first: TracedCall | undefined;
  #last: TracedCall | undefined;

  add(call: TracedCall): void {
    if (call.running) return;
    call.running = true;
    call.before = this.#last;
    if (this.#last === undefined) this.#first = call;
    else this.#last.after = call;
    this.#last = call;
    this.size++;
  }

  /** Whether the call was in the list. */
  delete(call: TracedCall): boolean {
    if (!call.running) return false;
    const { before, after } = call;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    call.before = call.after = undefined;
    call.running = false;
    this.size--;
    return true;
  }

  calls(): TracedCall[] {
    const calls: TracedCall[] = [];
    for (let call = this.#first; call !== undefined; call = call.after) calls.push(call);
    return calls;
  }
}

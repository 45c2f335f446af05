/** Loop lines: source lines in the body of a loop of their function, `for (…) await load(id)`. */

import type { Frame } from '../../domain/trace.js';
import type { ReadLine } from './wrapper-line.js';

/** Lines above a line that are searched for the head of its loop. */
const MAX_LINES_ABOVE = 80;
/** Characters before a bracket in which its keyword or function is looked for. */
const MAX_HEAD = 200;

// Backwards only their ends matter: what they hold is no code.
const NO_CODE =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|'(?:\\.|[^'\\\n])*(?:'|(?=\n)|$)|"(?:\\.|[^"\\\n])*(?:"|(?=\n)|$)|`(?:\\[\s\S]|[^`\\])*(?:`|$)/g;
// ids.map(…), forEach, async.eachLimit, Array.from({ length }, …), pMap: they call a function for each value.
const ITERATION =
  /(?:map|each|times|reduce(?:right)?|filter|some|every|from)(?:series|limit|async|parallel|of)*$/i;
// limit(() => …), queue.add(…), before.then(…): they call it later, once.
const DEFERRAL =
  /^(?:limit|limiter|add|run|schedule|enqueue|push|then|acquire|use|with\w*|retry|pRetry|execute)$/;
const LOOP_HEAD = /\b(?:for(?:\s+await)?|while)\s*$/;
const BLOCK_HEAD = /\b(?:if|switch|catch|with)\s*$/;
const FUNCTION_HEAD = /\bfunction\b\s*\*?\s*[\w$]*\s*(?:<[^<>]*>)?\s*$/;
// async load(ids: number[]): Promise<Item[]> {
const RETURN_TYPE = /\)\s*:\s*[^(){};=]+$/;
const CALLEE = /(?<![\w$])([\w$]+)\s*(?:<[^<>]*>\s*)?(?:\?\.\s*)?$/;
// rows.map(load), await Promise.all(rows.map(load)), async.eachLimit(rows, 5, load)
const ITERATION_CALL = /^(?:await\s+)?(?:Promise\.all\w*\(\s*)?(?:[\w$]+\??\.)*([\w$]+)\s*\(/;

/**
 * Whether the code at a frame runs in a loop of the frame's own function, or in a function that is
 * called for each value of a list, judged by the source text. A caller's frame also counts where
 * its call is that of such a list.
 */
export function isLoopLine(frame: Frame, readLine: ReadLine, isCaller: boolean): boolean {
  const line = readLine(frame);
  if (line === undefined) return false;
  const callee = isCaller ? ITERATION_CALL.exec(line.slice(frame.column - 1))?.[1] : undefined;
  if (callee !== undefined && ITERATION.test(callee)) return true;
  const lines = [line.slice(0, frame.column - 1)];
  for (let at = frame.line - 1; at >= Math.max(1, frame.line - MAX_LINES_ABOVE); at--)
    lines.unshift(readLine(frame, at) ?? '');
  return new BackwardScan(lines.join('\n').replace(NO_CODE, '""')).isInLoop();
}

/** Walk from a call to the left, out of one bracket after the other. */
class BackwardScan {
  readonly #text: string;
  #at: number;
  /** Nothing has ended the statement of the call: `for (…) await load(id)` has no braces. */
  #inStatement = true;
  /** The walk has left a function: only what it is an argument of can be its loop. */
  #inCallback = false;
  /** `for (…) try { return await query() }`: the loop ends with the first success. */
  #returns = false;

  constructor(text: string) {
    this.#text = text;
    this.#at = text.length;
  }

  isInLoop(): boolean {
    while (--this.#at >= 0) {
      const found = this.#step(this.#text[this.#at]!);
      if (found !== undefined) return found;
    }
    return false;
  }

  /** Whether the call is in a loop, once a character to its left has shown it. */
  #step(char: string): boolean | undefined {
    if (char === ';') this.#inStatement = false;
    else if (char === ')' || char === ']' || char === '}') return this.#skipGroup(char);
    else if (char === '{') return this.#leaveBlock();
    else if (char === '(') return this.#leaveArguments();
    else if (char === '>' && this.#text[this.#at - 1] === '=') this.#inCallback = true;
    else if (char === 'n' && this.#inStatement && !this.#inCallback)
      this.#returns ||= /\breturn$/.test(this.#textBefore(this.#at + 1));
    return undefined;
  }

  #skipGroup(close: string): boolean | undefined {
    const open = this.#openOf(this.#at);
    if (open < 0) return false;
    this.#at = open;
    if (close === '}') this.#inStatement = false;
    const mayBeHead = close === ')' && this.#inStatement && !this.#inCallback && !this.#returns;
    return mayBeHead && LOOP_HEAD.test(this.#textBefore(open)) ? true : undefined;
  }

  #leaveBlock(): boolean | undefined {
    if (this.#inCallback) return false;
    this.#inStatement = false;
    const before = this.#text.slice(0, this.#at).trimEnd();
    if (before.endsWith('=>')) return undefined;
    if (/\bdo$/.test(before)) return !this.#returns;
    const head = before.replace(RETURN_TYPE, ')');
    // try {, else {, and the braces of objects that are arguments.
    if (!head.endsWith(')')) return /\bclass\b[^{}()]*$/.test(head) ? false : undefined;
    const open = this.#openOf(head.length - 1);
    if (open < 0) return false;
    this.#at = open;
    return this.#leaveHead(this.#textBefore(open));
  }

  #leaveHead(keyword: string): boolean | undefined {
    if (LOOP_HEAD.test(keyword)) return this.#returns ? undefined : true;
    if (BLOCK_HEAD.test(keyword)) return undefined;
    // A function, or a method: load(ids) {
    if (!FUNCTION_HEAD.test(keyword)) return false;
    this.#inCallback = true;
    return undefined;
  }

  #leaveArguments(): boolean | undefined {
    const before = this.#textBefore(this.#at);
    // for (const row of await rows()): what it walks through is evaluated once.
    if (/\bwhile\s*$/.test(before)) return true;
    if (!this.#inCallback) return undefined;
    const callee = CALLEE.exec(before)?.[1] ?? '';
    if (ITERATION.test(callee)) return true;
    if (!DEFERRAL.test(callee)) return false;
    this.#inCallback = false;
    return undefined;
  }

  #textBefore(end: number): string {
    return this.#text.slice(Math.max(0, end - MAX_HEAD), end);
  }

  /** Index of the bracket that opens the group which is closed at an index; -1 outside the text. */
  #openOf(close: number): number {
    let depth = 0;
    for (let at = close; at >= 0; at--) {
      const char = this.#text[at]!;
      if (char === ')' || char === ']' || char === '}') depth++;
      else if (char === '(' || char === '[' || char === '{') depth--;
      if (depth === 0) return at;
    }
    return -1;
  }
}

/** Loop lines: source lines in the body of a loop of their function, `for (…) await load(id)`. */

import type { Frame } from '../../domain/trace.js';

/** Text of a frame's line, or of another line of its file, as it was when the request ran. */
export type ReadLine = (frame: Frame, line?: number) => string | undefined;

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
// for (const id of ids), for (let i = 0; i < ids.length; i++), while ((id = queue.shift()))
const LIST_HEAD = /\b(?:of|in)\b|\.(?:length|size)\b|\.(?:shift|pop|next)\(/;
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
  return loopKindOf(frame, readLine, isCaller) !== undefined;
}

/** Whether a line's loop goes through a list, as `for (const id of ids)` does and no retry does. */
export function isListLoopLine(frame: Frame, readLine: ReadLine, isCaller: boolean): boolean {
  return loopKindOf(frame, readLine, isCaller) === 'list';
}

/** `other` for `while (true)` and loops that count: what they go through is not said. */
type LoopKind = 'list' | 'other';

function loopKindOf(frame: Frame, readLine: ReadLine, isCaller: boolean): LoopKind | undefined {
  const line = readLine(frame);
  if (line === undefined) return undefined;
  const callee = isCaller ? ITERATION_CALL.exec(line.slice(frame.column - 1))?.[1] : undefined;
  if (callee !== undefined && ITERATION.test(callee)) return 'list';
  const lines = [line.slice(0, frame.column - 1)];
  for (let at = frame.line - 1; at >= Math.max(1, frame.line - MAX_LINES_ABOVE); at--)
    lines.unshift(readLine(frame, at) ?? '');
  return new BackwardScan(lines.join('\n').replace(NO_CODE, '""')).loopKind();
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

  /** Kind of the loop that the call is in; undefined where it is in none. */
  loopKind(): LoopKind | undefined {
    while (--this.#at >= 0) {
      const found = this.#step(this.#text[this.#at]!);
      if (found !== undefined) return found === 'none' ? undefined : found;
    }
    return undefined;
  }

  /** Kind of the loop, once a character to its left has shown it, `none` outside of any. */
  #step(char: string): LoopKind | 'none' | undefined {
    if (char === ';') this.#inStatement = false;
    else if (char === ')' || char === ']' || char === '}') return this.#skipGroup(char);
    else if (char === '{') return this.#leaveBlock();
    else if (char === '(') return this.#leaveArguments();
    else if (char === '>' && this.#text[this.#at - 1] === '=') this.#inCallback = true;
    else if (char === 'n' && this.#inStatement && !this.#inCallback)
      this.#returns ||= /\breturn$/.test(this.#textBefore(this.#at + 1));
    return undefined;
  }

  #skipGroup(close: string): LoopKind | 'none' | undefined {
    const open = this.#openOf(this.#at);
    if (open < 0) return 'none';
    const end = this.#at;
    this.#at = open;
    if (close === '}') this.#inStatement = false;
    const mayBeHead = close === ')' && this.#inStatement && !this.#inCallback && !this.#returns;
    return mayBeHead && LOOP_HEAD.test(this.#textBefore(open)) ? this.#kindOfHead(open, end) : undefined;
  }

  #leaveBlock(): LoopKind | 'none' | undefined {
    if (this.#inCallback) return 'none';
    this.#inStatement = false;
    const before = this.#text.slice(0, this.#at).trimEnd();
    if (before.endsWith('=>')) return undefined;
    if (/\bdo$/.test(before)) return this.#returns ? 'none' : 'other';
    const head = before.replace(RETURN_TYPE, ')');
    // try {, else {, and the braces of objects that are arguments.
    if (!head.endsWith(')')) return /\bclass\b[^{}()]*$/.test(head) ? 'none' : undefined;
    const open = this.#openOf(head.length - 1);
    if (open < 0) return 'none';
    this.#at = open;
    return this.#leaveHead(this.#textBefore(open), head.length);
  }

  #leaveHead(keyword: string, end: number): LoopKind | 'none' | undefined {
    if (LOOP_HEAD.test(keyword)) return this.#returns ? undefined : this.#kindOfHead(this.#at, end);
    if (BLOCK_HEAD.test(keyword)) return undefined;
    // A function, or a method: load(ids) {
    if (!FUNCTION_HEAD.test(keyword)) return 'none';
    this.#inCallback = true;
    return undefined;
  }

  #leaveArguments(): LoopKind | 'none' | undefined {
    const before = this.#textBefore(this.#at);
    // for (const row of await rows()): what it walks through is evaluated once.
    if (/\bwhile\s*$/.test(before)) return 'other';
    if (!this.#inCallback) return undefined;
    const callee = CALLEE.exec(before)?.[1] ?? '';
    if (ITERATION.test(callee)) return 'list';
    if (!DEFERRAL.test(callee)) return 'none';
    this.#inCallback = false;
    return undefined;
  }

  #kindOfHead(open: number, end: number): LoopKind {
    return LIST_HEAD.test(this.#text.slice(open, end)) ? 'list' : 'other';
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

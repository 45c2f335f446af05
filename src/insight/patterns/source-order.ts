/** Order of two calls as the source has it: whether the later one needs what the earlier one returned, or is in another function. */

import type { Frame } from '../../domain/trace.js';
import { sourceHintsOf } from '../advice/source-hints.js';
import type { ReadLine } from '../calls/loop-line.js';

/** Lines between two calls up to which the source is read. */
const MAX_LINES = 60;
/** Characters of them: a line of a bundle can be the whole bundle. */
const MAX_CHARACTERS = 8000;

// What is not closed ends with its line: the pattern stays linear.
const NO_CODE =
  /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|'(?:\\.|[^'\\\n])*(?:'|(?=\n)|$)|"(?:\\.|[^"\\\n])*(?:"|(?=\n)|$)/g;
const KEYWORDS = new Set(['const', 'let', 'var', 'await', 'export']);
const CONDITION = /\b(?:if|switch|while)\s*\(((?:[^()]|\([^()]*\))*)\)/g;
const ASSERTION = /\b(?:assert|invariant|ensure|expect|check|must|throwIf|require)\w*(?:\.\w+)?\(([^;]*)/g;
const CONTROL = /\b(?:if|for|while|switch|catch|with)\s*(?:await\s*)?$/;
const RETURN_TYPE = /\)\s*:\s*[^(){};=]+$/;
const STATEMENT = /^\s*(?:const|let|var|await|return|if|for|throw|function|class|export)\b/;

/** Whether a call of the same file needs what an earlier call returned: as a value, or to be made at all. */
export function usesResult(first: Frame, second: Frame, readLine: ReadLine): boolean {
  const between = textBetween(first, second, readLine);
  if (between === undefined) return false;
  const before = sourceHintsOf(first, readLine).before.join('\n').slice(-MAX_CHARACTERS);
  const names = new Set(targetsOf(before));
  if (names.size === 0) return false;
  for (const line of between.split(/[;\n]/)) {
    const at = assignmentIn(line);
    if (at >= 0 && hasName(line.slice(at + 1), names))
      for (const next of namesIn(line.slice(0, at))) names.add(next);
  }
  const call = sourceHintsOf(second, readLine).call.replace(NO_CODE, '""');
  return [CONDITION, ASSERTION]
    .flatMap((pattern) => [...between.matchAll(pattern)].map(([, text]) => text!))
    .concat(call)
    .some((text) => hasName(text, names));
}

/** Whether a call of the same file is in a function that begins after an earlier call, or ends before it. */
export function isInOtherFunction(first: Frame, second: Frame, readLine: ReadLine): boolean {
  const between = textBetween(first, second, readLine);
  if (between === undefined) return second.line < first.line;
  return endsInFunction(between.replaceAll(/`(?:\\[\s\S]|[^`\\])*(?:`|$)/g, '""'));
}

// Undefined where the source is not known.
function textBetween(first: Frame, second: Frame, readLine: ReadLine): string | undefined {
  if (second.line < first.line || second.line - first.line > MAX_LINES) return undefined;
  const lines: string[] = [];
  for (let line = first.line; line <= second.line; line++) {
    const text = readLine(first, line);
    if (text === undefined) return undefined;
    const begin = line === first.line ? first.column - 1 : 0;
    lines.push(text.slice(begin, line === second.line ? second.column - 1 : undefined));
  }
  const text = lines.join('\n');
  return text.length > MAX_CHARACTERS ? undefined : text.replace(NO_CODE, '""');
}

// const [user] = await …, rows = (await …: what the statement of the call assigns.
function targetsOf(before: string): string[] {
  const statement = before.slice(before.lastIndexOf(';') + 1);
  for (let at = statement.length - 1; at >= 0; at--) {
    if (!isAssignment(statement, at)) continue;
    const value = statement.slice(at + 1).replace(/^[\s(]+/, '');
    if (value !== '' && !value.startsWith('await')) return [];
    if (
      value
        .split('\n')
        .slice(1)
        .some((line) => STATEMENT.test(line))
    )
      return [];
    return namesIn(statement.slice(statement.lastIndexOf('\n', at) + 1, at));
  }
  return [];
}

function assignmentIn(line: string): number {
  for (let at = line.indexOf('='); at >= 0; at = line.indexOf('=', at + 1))
    if (isAssignment(line, at)) return at;
  return -1;
}

function isAssignment(text: string, at: number): boolean {
  return text[at] === '=' && !/[=>]/.test(text[at + 1] ?? '') && !/[=!<>]/.test(text[at - 1] ?? '');
}

// Without the type behind the last colon: `book: Book`.
function namesIn(target: string): string[] {
  const closed = Math.max(target.lastIndexOf('}'), target.lastIndexOf(']'));
  const colon = target.lastIndexOf(':');
  const names = (colon > closed ? target.slice(0, colon) : target).match(/[A-Za-z_$][\w$]*/g) ?? [];
  return names.filter((name) => !KEYWORDS.has(name));
}

function hasName(text: string, names: Set<string>): boolean {
  return [...text.matchAll(/(?<![\w$.])[A-Za-z_$][\w$]*/g)].some(([name]) => names.has(name));
}

/** A bracket that is open: that of a function's body, or one in which an arrow has begun a function. */
interface Bracket {
  at: number;
  isBody: boolean;
  hasArrow: boolean;
}

/** Whether the end of a text is in a function that the text opens. */
function endsInFunction(text: string): boolean {
  // What the text does not open is one bracket: the first call's function, or what is around it.
  const outside = (at: number): Bracket => ({ at, isBody: false, hasArrow: false });
  const open = [outside(0)];
  let parameters = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const top = open.at(-1)!;
    if (char === '(' || char === '[' || char === '{') {
      const isBody = char === '{' && isFunctionHead(text.slice(0, at), parameters);
      open.push({ at, isBody, hasArrow: false });
    } else if (char === ')' || char === ']' || char === '}') {
      const { at: opened } = open.pop()!;
      if (char === ')') parameters = opened;
      if (open.length === 0) open.push(outside(at));
    } else if (char === '=' && text[at + 1] === '>') top.hasArrow = true;
    else if (char === ',' || char === ';' || (char === '\n' && STATEMENT.test(text.slice(at, at + 40))))
      top.hasArrow = false;
  }
  return open.some(({ isBody, hasArrow }) => isBody || hasArrow);
}

// `function load(id) {` and `async load(id): Promise<Item> {`, whose parameters were opened at an index.
function isFunctionHead(before: string, parameters: number): boolean {
  const head = before.trimEnd().replace(RETURN_TYPE, ')');
  return head.endsWith(')') && !CONTROL.test(before.slice(0, parameters));
}

/** Answers of the tools: recorded text in a fence, within a number of characters, with where it goes on. */

/** What a tool answers, before it is cut to size. */
export interface ToolAnswer {
  /** What these lines are, in words of scooby. */
  title: string;
  /** Lines that each part begins with, such as the head of a table. */
  head?: string[];
  /** Text of the recording, as the command prints it. */
  lines: string[];
  /** What to do next, in words of scooby. */
  advice?: string[];
  /** Arguments that the rest is asked for with: the same requests, whatever has come since. */
  again: Record<string, unknown>;
  facts: Record<string, unknown>;
}

/** Arguments of every tool. */
export interface PageArguments {
  cursor?: string | undefined;
  max_chars?: number | undefined;
}

/** An answer as the protocol has it. */
export type ToolResult = {
  content: { type: 'text'; text: string }[];
  structuredContent: Record<string, unknown>;
};

/** Characters of an answer: at most 2,000 tokens of code, SQL and ids, which have some three characters each. */
export const DEFAULT_CHARS = 6000;
export const MAX_CHARS = 60_000;
export const MIN_CHARS = 1000;
/** Characters of a line: what is longer is no code that was written by hand. */
const MAX_LINE = 1000;
/** Characters of a text in a structured answer. */
const MAX_FACT = 200;
const MAX_MESSAGE_LINES = 15;
/** Characters for the words around the lines. */
const ROOM = 400;

/**
 * The part of an answer that begins at the cursor. Throws a RangeError for a cursor that no answer
 * has given.
 */
export function answerPage(
  tool: string,
  answer: ToolAnswer,
  { cursor, max_chars }: PageArguments,
): ToolResult {
  const { title, head = [], lines, advice = [], again } = answer;
  const facts = cutTexts(answer.facts) as Record<string, unknown>;
  const from = parseCursor(cursor, lines.length);
  const limit = max_chars ?? DEFAULT_CHARS;
  const own = [title, ...advice, JSON.stringify(facts)].reduce((sum, text) => sum + costOf(text), ROOM);
  const fit = countFitting(lines, from, limit - own - head.reduce((sum, line) => sum + costOf(line), 0));
  const shown = lines.slice(from, from + fit);
  const left = lines.length - from - fit;
  const next = left > 0 ? `${from + fit}` : undefined;
  const more =
    next === undefined
      ? []
      : [
          `Left out: ${left} of ${lines.length} lines. Next: ${tool} ${JSON.stringify({ ...again, cursor: next })}`,
        ];
  const text = [title, ...fenced([...head, ...shown].map(cutLine)), ...advice, ...more].join('\n');
  return {
    content: [{ type: 'text', text }],
    structuredContent: { ...facts, ...(next !== undefined && { next_cursor: next }) },
  };
}

/** What went wrong; lines after the first list what was recorded. */
export function messageResult(message: string): { content: ToolResult['content']; isError: true } {
  const [first = '', ...rest] = message.split('\n');
  const text = [first, ...fenced(rest.slice(0, MAX_MESSAGE_LINES).map(cutLine))].join('\n');
  return { content: [{ type: 'text', text }], isError: true };
}

/** An id as it may stand among words of scooby: one of an imported file may be any text. */
export function idForAdvice(id: string): string {
  return /^[\w-]{1,64}$/.test(id) ? id : '<id>';
}

/** Texts in a structured answer are names, lines and ids. */
function cutTexts(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_FACT ? `${value.slice(0, MAX_FACT)}…` : value;
  if (Array.isArray(value)) return value.map(cutTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutTexts(item)]));
}

function parseCursor(cursor: string | undefined, length: number): number {
  if (cursor === undefined) return 0;
  const from = /^\d{1,7}$/.test(cursor) ? Number(cursor) : Number.NaN;
  if (from < length || from === 0) return from;
  throw new RangeError('This cursor is of no answer, or of one that has changed: ask without it.');
}

/** How many lines fit, at least one; they end at an empty line where one is in the last third. */
function countFitting(lines: string[], from: number, room: number): number {
  let used = 0;
  let end = from;
  for (; end < lines.length; end++) {
    used += costOf(cutLine(lines[end]!)) + 1;
    if (used > room && end > from) break;
  }
  if (end === lines.length) return end - from;
  const gap = lines.lastIndexOf('', end);
  return (gap > from + ((end - from) * 2) / 3 ? gap : end) - from;
}

/** Characters; one that is not ASCII is a token of its own. */
function costOf(text: string): number {
  let cost = text.length;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) cost += 2;
  return cost;
}

function cutLine(line: string): string {
  if (line.length <= MAX_LINE) return line.trimEnd();
  return `${line.slice(0, MAX_LINE).replace(/[\ud800-\udbff]$/, '')}… (${line.length.toLocaleString('en-US')} characters)`;
}

/** Lines in a fence that none of them can close. */
function fenced(lines: string[]): string[] {
  if (lines.length === 0) return [];
  const longest = Math.max(2, ...lines.flatMap((line) => (line.match(/`+/g) ?? []).map((run) => run.length)));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}text`, ...lines, fence];
}

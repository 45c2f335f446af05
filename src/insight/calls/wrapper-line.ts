/** Wrapper lines: source lines that only pass on a parameter: `pool.query(text)` in db.js. */

import type { Frame, Kind } from '../../domain/trace.js';
import { isListLoopLine, type ReadLine } from './loop-line.js';

// By kind of span: methods of drivers that receive a complete statement, key or URL.
const DRIVER_METHODS: Record<string, RegExp> = {
  sql: /^(?:query|execute|exec|raw|unsafe|prepare|any|one|none|many|oneOrNone|manyOrNone|selectQuery)$/,
  cache: /^(?:get|gets|getMulti|mget|mGet|hget|hGet|hgetall|hGetAll|getBuffer)$/,
  http: /^(?:fetch|request|axios|got|ky|needle|get|post|put|patch|del|delete|head)$/,
};

// ORMs: their model, or what they are to find, is the statement.
const MAPPER_METHOD =
  /^(?:find\w*|get\w*|count\w*|create\w*|bulkCreate|insert\w*|update\w*|upsert\w*|save\w*|destroy|delete\w*|remove\w*|aggregate|groupBy)$/;
const MAPPER_ARGUMENT =
  /^(?:entity|model|target|options|opts|args|query|where|filters?|criteria|conditions?)\w*$/i;
// this.repository.find: the name before the method; User.find and articleRepository.find are statements
// of their own.
const RECEIVER = /(?<![\w$])([\w$]+)\s*\??\.\s*$/;
const GENERIC_MODEL =
  /^[_#$]*(?:abstract|base|common|crud|current|data(?:base)?|db|default|entity|generic|inner|internal|main|model|my|orm|own|primary|prisma|read(?:only)?|sequelize|source|target|the|typeorm|write)?_?(?:repo|repository|model|delegate|entity|manager|em|dao)$/i;
// A handler that passes on what is in its request: no line above it has written it.
const REQUEST = /^_?(?:req|request)$/;

// await pool.query<Row>(text, …), run(...args), query({ text, values }): method and first argument.
const CALL =
  /^\(*(?:await\s+)?(?:[\w$]+\s*\??\.\s*)*([\w$]+)\s*(?:<[^<>()]*>\s*)?\(\s*(?:(?:\.\.\.\s*)?([A-Za-z_$][\w$]*)(?:\??\.[\w$]+)*\s*[,)]|\{\s*(?:(?:text|sql|url)\s*:\s*)?([A-Za-z_$][\w$]*)\s*[,}])/;
// db.prepare(text).all(…): the call is `all`, the statement is the argument of `prepare`.
const PREPARE_BEFORE = /\bprepare\(\s*([A-Za-z_$][\w$]*)\s*\)\s*\.\s*$/;
// fetch(this.base + path, init), client.get(`${base}/${path}`), fetch(new URL(path, base)), get(prefix + key):
// the parts of the first argument, none of which is text of its own.
const PART = '[A-Za-z_$][\\w$]*(?:\\??\\.[\\w$]+)*';
const JOINED_CALL = new RegExp(
  `^\\(*(?:await\\s+)?(?:[\\w$]+\\s*\\??\\.\\s*)*([\\w$]+)\\s*(?:<[^<>()]*>\\s*)?\\(\\s*(?:` +
    `${PART}(?:\\s*\\+\\s*${PART})*\\s*\\+\\s*([A-Za-z_$][\\w$]*)\\s*[,)]|` +
    `\`/?(?:\\$\\{${PART}\\}[/:]?)*\\$\\{([A-Za-z_$][\\w$]*)\\}\`\\s*[,)]|` +
    `new URL\\(\\s*([A-Za-z_$][\\w$]*)\\s*,)`,
);
const KEY = /key$|^k$/i;
// A base class for many tables: knex(this.table), db.from(this.tableName), `SELECT * FROM ${this.table} WHERE …`
const TABLE_OF_CLASS =
  /(?:^|[^\w$])\w+\(\s*this\.#?(?:constructor\.)?_?(?:\w*(?:table|collection|entity)\w*)\s*(?:as \w+\s*)?[,)]|\b(?:from|into|update|join)\s+(?:["`\\]*\$\{\s*this\.|["'`]?\s*["'`]\s*\+\s*this\.)/i;
// function sql(strings: TemplateStringsArray, ...values: unknown[]): Promise<Row[]> {
const TAG_HEAD =
  /\(\s*([\w$]+)\s*(:\s*(?:readonly\s+)?TemplateStringsArray)?\s*(?::[^,()]*)?,\s*\.\.\.\s*([\w$]+)\s*(?::[^()]*)?,?\s*\)\s*(?::[^{};=]*)?(?:=>\s*\{?|\{)/g;

// const config = { text, values }; const sql = text.trim(); const { text, values } = statement;
const DERIVED =
  /^(?:const|let|var)\s[^=;]*=\s*(?:\{\s*(?:(?:text|sql)\s*:\s*)?)?([A-Za-z_$][\w$]*)(?![\w$]|\s*\()[^;\n'"`]*(?:;|\n(?!\s*[.?+]))/;

/** Lines above a call that are searched for the head of its function. */
const MAX_LINES_ABOVE = 30;
/** Characters of a line: a minified file has all of its code in one. */
const MAX_LINE = 500;

/**
 * Whether the call at a frame passes on a parameter of its function, judged by the source text.
 * `kind` is that of the span; undefined for a line that called a wrapper.
 */
export function isWrapperLine(frame: Frame, kind: Kind | undefined, readLine: ReadLine): boolean {
  const line = readLine(frame);
  if (line === undefined) return false;
  const at = frame.column - 1;
  const before = line.slice(Math.max(0, at - MAX_LINE), at);
  const following = [1, 2].map((n) => (readLine(frame, frame.line + n) ?? '').slice(0, MAX_LINE));
  const call = line.slice(at, at + MAX_LINE) + following.join(' ');
  // new Promise((resolve, reject) => client.get(key, …)): the function is on the stack twice.
  if (kind === undefined && /^new Promise\b/.test(call)) return true;
  const prepared = kind === 'sql' && PREPARE_BEFORE.exec(before);
  const name = prepared ? prepared[1] : firstArgument(call, kind);
  const above = textAbove(frame, before, readLine);
  if (name === undefined && kind !== 'sql') return isJoinedParameter(call, kind, above);
  if (kind === 'sql' && (isMapperCall(call, before, above) || TABLE_OF_CLASS.test(before + call)))
    return true;
  // rows.map((row) => this.users.find(row.userId)): the line asks, once for each row.
  if (kind === undefined && isListLoopLine(frame, readLine, false)) return false;
  if (kind !== 'sql') return !REQUEST.test(name!) && isParameter(name!, above);
  return (
    (name !== undefined && isStatementParameter(name, above)) || (!prepared && isTagFunction(above, call))
  );
}

/** Whether a call of an ORM passes on the model, or what to find: `model.findAll(options)`. */
function isMapperCall(call: string, before: string, above: string): boolean {
  const [, method, variable] = CALL.exec(call) ?? [];
  if (variable === undefined || !MAPPER_METHOD.test(method!) || !isParameter(variable, above)) return false;
  const receiver = RECEIVER.exec(before)?.[1];
  if (receiver === undefined) return false;
  return (GENERIC_MODEL.test(receiver) && MAPPER_ARGUMENT.test(variable)) || isParameter(receiver, above);
}

/** Name of the variable that a call of a driver, or of any function above it, has as first argument. */
function firstArgument(call: string, kind: Kind | undefined): string | undefined {
  const [, method, variable, field] = CALL.exec(call) ?? [];
  if (method === undefined || (kind !== undefined && !DRIVER_METHODS[kind]?.test(method))) return undefined;
  return variable ?? field;
}

/** Whether the URL or key of a call is made of parts, the last of them a parameter: `fetch(base + path)`. */
function isJoinedParameter(call: string, kind: Kind | undefined, above: string): boolean {
  if (kind !== 'http' && kind !== 'cache') return false;
  const [, method, added, inserted, relative] = JOINED_CALL.exec(call) ?? [];
  const name = added ?? inserted ?? relative;
  if (name === undefined || !DRIVER_METHODS[kind]!.test(method!)) return false;
  return (kind === 'http' || KEY.test(name)) && isParameter(name, above);
}

/** Lines above a call that may have the head of its function, and the call's line up to it. */
function textAbove(frame: Frame, before: string, readLine: ReadLine): string {
  const lines = [before];
  for (let line = frame.line - 1; line >= Math.max(1, frame.line - MAX_LINES_ABOVE); line--)
    lines.unshift((readLine(frame, line) ?? '').slice(0, MAX_LINE));
  return lines.join('\n');
}

/** Whether the call's function, `sql(strings, ...values)`, joins a template's strings to its statement. */
function isTagFunction(above: string, call: string): boolean {
  const head = [...above.matchAll(TAG_HEAD)].at(-1);
  if (!head) return false;
  const body = above.slice(head.index + head[0].length);
  if (hasEnded(body, head[0].endsWith('{'))) return false;
  const [strings, type, values] = [escapeDollar(head[1]!), head[2], escapeDollar(head[3]!)];
  const use = type
    ? '(?![\\w$])'
    : `(?:\\??\\.(?:reduce|join|map|raw)\\b|\\[|,\\s*(?:\\.{3})?${values}\\s*\\))`;
  return new RegExp(`(?<![\\w$.])${strings}${use}|\\bString\\.raw\\(\\s*${strings}\\b`).test(body + call);
}

/** Whether a function, whose body begins with a text, ends in it: at its brace, or at its semicolon. */
function hasEnded(text: string, isBlock: boolean): boolean {
  if (!isBlock) return /;\s*\n/.test(text);
  let depth = 0;
  for (const [brace] of text.matchAll(/[{}]/g)) {
    depth += brace === '{' ? 1 : -1;
    if (depth < 0) return true;
  }
  return false;
}

function escapeDollar(name: string): string {
  return name.replaceAll('$', '\\$');
}

/** Whether a statement is a parameter, or a local variable that holds nothing but a parameter's text. */
function isStatementParameter(name: string, above: string): boolean {
  if (isParameter(name, above)) return true;
  const declaredAt = lastLocalIndex(name, above);
  const source = declaredAt < 0 ? undefined : DERIVED.exec(above.slice(declaredAt))?.[1];
  return source !== undefined && isParameter(source, above);
}

/** Whether a variable at a frame is a parameter of the frame's function. */
export function isParameterOf(name: string, frame: Frame, readLine: ReadLine): boolean {
  const before = (readLine(frame) ?? '').slice(0, frame.column - 1);
  return isParameter(name, textAbove(frame, before, readLine));
}

// The nearest declaration above the call decides: a function's parameter, or a local variable.
function isParameter(name: string, above: string): boolean {
  const word = wordPattern(name);
  // if (id) { and for (const row of rows) { have no parameters.
  const parameter = `(?<!\\b(?:for|for await|if|while|switch|catch|with)\\s*)\\([^()]*${word}[^()]*\\)\\s*(?::[^{};=]*)?(?:=>|\\{)|${word}\\s*=>`;
  return lastIndexOf(above, parameter) > lastLocalIndex(name, above);
}

function lastLocalIndex(name: string, above: string): number {
  const word = wordPattern(name);
  const local = `\\b(?:const|let|var)\\s+(?:[{[][^}\\]]*)?${word}|${word}\\s*\\+?=(?![=>])`;
  // (values = []) assigns a default to a parameter: it declares no local variable.
  const insideParameters = /\((?:[^()]*,)?\s*$/;
  let last = -1;
  for (const { index, 0: text } of above.matchAll(new RegExp(local, 'g')))
    if (/^(?:const|let|var)\s/.test(text) || !insideParameters.test(above.slice(0, index))) last = index;
  return last;
}

function wordPattern(name: string): string {
  return `(?<![\\w$]|(?<!\\.\\.)\\.)${escapeDollar(name)}(?![\\w$])`;
}

/** Index of a pattern's last match; -1 without one. */
function lastIndexOf(text: string, pattern: string): number {
  let last = -1;
  for (const { index } of text.matchAll(new RegExp(pattern, 'g'))) last = index;
  return last;
}

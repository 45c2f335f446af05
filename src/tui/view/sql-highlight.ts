/** SQL for the eye: told apart word by word, laid out in lines, and coloured. Any text gives an answer. */

import type { Dialect } from '../../domain/library.js';
import { COMMENT, type Piece, piecesOf, VERSION_MARK, WHITESPACE } from '../../insight/sql/pieces.js';
import { NAME, VALUE, WORD } from '../../insight/sql/token-kinds.js';
import type { Line, Segment } from '../../terminal/cells.js';
import { cleanLines } from '../../terminal/cells.js';

type Sort = 'space' | 'comment' | 'string' | 'number' | 'word' | 'name' | 'parameter' | 'mark';

interface Token {
  sort: Sort;
  text: string;
}

const KEYWORDS = new Set(
  (
    'select from where and or not in is null as on join left right inner outer full cross lateral using group by having order ' +
    'limit offset fetch insert into values update set delete returning with recursive union all distinct case when then else ' +
    'end exists between like ilike begin commit rollback savepoint release for asc desc nulls first last create table index ' +
    'drop alter add any true false conflict do nothing over partition explain analyze'
  ).split(' '),
);

// A new line starts before these; the second kind is indented under the clause that it belongs to.
const CLAUSES = new Set(
  'from where group having order limit offset fetch values set returning union left right inner full cross join on'.split(
    ' ',
  ),
);
const JOINS = new Set(['left', 'right', 'inner', 'full', 'cross', 'outer', 'lateral']);
const UNDER = new Set(['and', 'or', 'on']);

/** Longer statements are shown in their own lines, and only their beginning is coloured. */
const MAX_LAID_OUT = 20_000;
/** Characters of a statement in one line that are read: more than a terminal is wide. */
export const MAX_LABEL = 1000;

/** Answers a statement as tokens; joined, they are the statement again. */
export function tokens(sql: string, dialect: Dialect): Token[] {
  return Array.from(piecesOf(sql, dialect), (piece) => ({ sort: sortOf(piece), text: piece.written }));
}

function sortOf({ kind, written, quoted }: Piece): Sort {
  switch (kind) {
    case WHITESPACE:
      return 'space';
    case COMMENT:
    case VERSION_MARK:
      return 'comment';
    case VALUE:
      if (quoted) return 'string';
      return /^[\d.]/.test(written) ? 'number' : 'parameter';
    case WORD:
      return 'word';
    case NAME:
      if (written === '??') return 'parameter';
      return /^["`[]|^u&"/i.test(written) ? 'name' : 'word';
    default:
      return 'mark';
  }
}

function segment(token: Token): Segment {
  if (token.sort === 'word' && KEYWORDS.has(token.text.toLowerCase())) return [token.text, 'keyword'];
  if (token.sort === 'string' || token.sort === 'number' || token.sort === 'comment')
    return [token.text, token.sort];
  if (token.sort === 'parameter') return [token.text, 'number'];
  return token.text;
}

/** Answers a statement in one coloured line, as much of it as a terminal may have room for. */
export function colourSql(sql: string, dialect: Dialect): Line {
  return tokens(sql.slice(0, MAX_LABEL), dialect).map(segment);
}

/** Where a clause starts a line: not inside brackets that hold no query, not the second word of a join. */
function breaks(word: string, previous: string, depths: boolean[]): boolean {
  if (depths.length > 0 && !depths.at(-1)) return false;
  if (word === 'join') return !JOINS.has(previous);
  if (word === 'set' || word === 'from') return previous !== 'distinct' && previous !== 'update';
  if (word === 'on' && previous === 'distinct') return false;
  if (word === 'and' && previous === '#between') return false;
  return CLAUSES.has(word) || UNDER.has(word);
}

/** Answers a statement laid out in lines, one clause each, coloured. */
export function layOutSql(sql: string, dialect: Dialect): Line[] {
  if (sql.length > MAX_LAID_OUT) return asItIs(sql, dialect);
  const lines: Segment[][] = [[]];
  const depths: boolean[] = [];
  let previous = '';
  let between = false;
  const list = tokens(sql.trim(), dialect);
  const newLine = (extra: number) => {
    const indent = '  '.repeat(depths.filter(Boolean).length + extra);
    lines.push(indent === '' ? [] : [indent]);
  };
  for (const [index, token] of list.entries()) {
    const word = token.sort === 'word' ? token.text.toLowerCase() : '';
    if (token.sort === 'space') {
      const line = lines.at(-1)!;
      if (line.length > 0 && list[index - 1]?.sort !== 'comment') line.push(' ');
      continue;
    }
    if (word === 'between') between = true;
    const joined = word === 'and' && between;
    if (joined) between = false;
    if (word && !joined && index > 0 && breaks(word, previous, depths)) newLine(UNDER.has(word) ? 1 : 0);
    if (token.text === ')' && depths.pop()) newLine(0);
    lines.at(-1)!.push(segment(token));
    if (token.text === '(') {
      const next = list.slice(index + 1).find((other) => other.sort !== 'space');
      const query = next?.sort === 'word' && /^(?:select|with|values)$/i.test(next.text);
      depths.push(query);
      if (query) newLine(0);
    }
    if (token.sort === 'comment' && token.text.startsWith('--')) newLine(0);
    if (word || token.text === '(') previous = word;
  }
  return lines
    .map(trimmed)
    .filter((line) => line.length > 0)
    .flatMap(unbroken);
}

/** Answers a statement in its own lines. */
function asItIs(sql: string, dialect: Dialect): Line[] {
  const coloured = tokens(sql.slice(0, MAX_LAID_OUT), dialect).map(segment);
  return unbroken([...coloured, sql.slice(MAX_LAID_OUT)]);
}

/** Takes spaces off a line's end, and doubled ones at its start after the indent. */
function trimmed(line: Segment[]): Segment[] {
  const out = [...line];
  while (out.at(-1) === ' ' || (typeof out.at(-1) === 'string' && String(out.at(-1)).trim() === ''))
    out.pop();
  while (typeof out[0] === 'string' && out[0].trim() === '' && out[1] === ' ') out.splice(1, 1);
  return out;
}

/** A string or comment of several lines becomes several lines; nothing in them steers the terminal. */
function unbroken(line: Segment[]): Line[] {
  const out: Segment[][] = [[]];
  for (const part of line) {
    const [text, ...roles] = typeof part === 'string' ? [part] : part;
    for (const [index, piece] of cleanLines(text).entries()) {
      if (index > 0) out.push([]);
      if (piece !== '') out.at(-1)!.push(roles.length > 0 ? [piece, ...roles] : piece);
    }
  }
  return out;
}

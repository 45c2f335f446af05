/**
 * Whatever reads text of the app is linear: text that is four times as long takes about four times as long, and not
 * sixteen. Every regular expression of src is tried, and every function that loops over such text.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { childProcess } from '../../src/agent/instruments/child-process.cjs';
import { redisCallInfo } from '../../src/agent/instruments/shared/redis-command.cjs';
import { maskParams, maskStatement } from '../../src/agent/record/sql-params.cjs';
import { redactHeaders, redactKey, redactText, redactUrl } from '../../src/domain/redact.cjs';
import { redactArguments, redactShellLine } from '../../src/domain/redact-command.cjs';
import { urlShape } from '../../src/domain/route.js';
import { escapeControls, escapeToOneLine } from '../../src/domain/text.js';
import { planNodes } from '../../src/insight/plan/postgres.js';
import { scriptLocation } from '../../src/insight/source/script-location.js';
import { fingerprint } from '../../src/insight/sql/fingerprint.js';
import { ROOT } from '../agent/app.js';

/** Characters; the longer text has four times as many. */
const SHORT = 4096;
const FEW = 256;
// Linear texts of the longer size take less, but for a process that waits for its turn.
const NOTICEABLE_MS = 6;
// Four if linear, sixteen if quadratic.
const MAX_RATIO = 8.5;
const TRIES = 7;

interface Literal {
  file: string;
  source: string;
  flags: string;
}

const BEFORE_REGEX = /(?:^|[(,=:[!&|?{};+*%<>~^-]|\b(?:return|typeof|case|of|in|do|else|void|yield))$/;

/** Regular expressions of a compiled file. */
function literalsIn(file: string, code: string): Literal[] {
  const found: Literal[] = [];
  const token =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:\$\{|`)|[\s\S]/g;
  const regex = /\/((?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+)\/([a-z]*)/y;
  const braces: ('block' | 'template')[] = [];
  const rest = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:\$\{|`)/y;
  let before = '';
  for (let match = token.exec(code); match !== null; match = token.exec(code)) {
    let [text] = match;
    if (text.startsWith('//') || text.startsWith('/*')) continue;
    if (text === '/' && BEFORE_REGEX.test(before.trimEnd())) {
      regex.lastIndex = match.index;
      const [all, source, flags] = regex.exec(code) ?? [];
      if (all !== undefined) {
        found.push({ file, source: source!, flags: flags! });
        token.lastIndex = regex.lastIndex;
        before = 'x';
        continue;
      }
    }
    if (text === '{') braces.push('block');
    if (text === '}' && braces.pop() === 'template') {
      rest.lastIndex = match.index + 1;
      text = rest.exec(code)![0];
      token.lastIndex = rest.lastIndex;
    }
    if (text.endsWith('${')) braces.push('template');
    before = /[`'"]$/.test(text) ? 'x' : (before + text).slice(-20);
  }
  return found;
}

const FOLDER = join(ROOT, 'dist/src');
const literals = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.c?js$/.test(file))
  .flatMap((file) => literalsIn(file, readFileSync(join(FOLDER, file), 'utf8')));

// Of most classes one.
const COMMON = [...'aA0 \n-./\\"\'(@'];

/** Texts of which the expression's own characters and words are the parts. */
function* textsFor({ source }: Literal, length: number): Generator<string> {
  const repeat = (part: string) => part.repeat(Math.ceil(length / part.length)).slice(0, length);
  const plain = source
    .replace(/\\[bBdDwWsSpP](?:\{[^}]*\})?|\[[^\]]*\]|\{[\d,]+\}|\(\?[:=!<]+/g, ' ')
    .replace(/\\(.)/g, '$1');
  const words = [...new Set(plain.match(/[^\s()|*+?^]{2,}/g) ?? [])].slice(0, 6);
  const singles = [...new Set([...COMMON, ...[...source.replace(/\\[a-zA-Z]/g, '')].slice(0, 20)])];
  for (const single of singles) {
    yield repeat(single);
    yield `${repeat(single)}\u0001`;
    yield repeat(`${single}a`);
    yield repeat(`${single} `);
    yield repeat(`\\${single}`);
  }
  for (const word of words) {
    yield repeat(word);
    for (const single of singles) {
      yield word + repeat(single);
      yield repeat(word + single);
    }
  }
}

function fastest(run: (text: string) => unknown, text: string, tries = TRIES): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < tries; i++) {
    const began = performance.now();
    run(text);
    least = Math.min(least, performance.now() - began);
  }
  return least;
}

/** Whether even a few characters take so long that more of them would not come to an end. */
function isHopeless(run: (text: string) => unknown, text: string): boolean {
  const few = text.slice(0, FEW);
  return fastest(run, few, 1) > NOTICEABLE_MS && fastest(run, few) > NOTICEABLE_MS;
}

/** Ratio of the times of a text and one four times as long; 0 where both take next to nothing. */
function growth(run: (text: string) => unknown, short: string, long: () => string): number {
  if (isHopeless(run, short)) return Number.POSITIVE_INFINITY;
  if (fastest(run, short, 1) < NOTICEABLE_MS / MAX_RATIO / 2) return 0;
  const text = long();
  const time = fastest(run, text);
  return time < NOTICEABLE_MS ? 0 : time / fastest(run, short);
}

function runnerOf({ source, flags }: Literal): (text: string) => unknown {
  const expression = new RegExp(source, flags);
  return (text) => {
    expression.lastIndex = 0;
    return expression.global ? text.replace(expression, '') : expression.test(text);
  };
}

test('every regular expression is linear in the text', (t) => {
  t.ok(literals.length > 380, `${literals.length} expressions`);
  for (const literal of literals) {
    const run = runnerOf(literal);
    const longer = textsFor(literal, 4 * SHORT);
    for (const short of textsFor(literal, SHORT)) {
      const long = longer.next().value as string;
      const ratio = growth(run, short, () => long);
      if (ratio < MAX_RATIO) continue;
      t.fail(`${literal.file}: /${literal.source}/${literal.flags}`, { text: short.slice(0, 40), ratio });
      break;
    }
  }
  t.end();
});

const READERS: Record<string, (text: string) => unknown> = {
  redactUrl,
  redactText,
  redactKey,
  redactShellLine,
  urlShape,
  escapeControls,
  escapeToOneLine,
  'fingerprint of pg': (text) => fingerprint(`select ${text}`, 'pg'),
  'fingerprint of mysql': (text) => fingerprint(`select ${text}`, 'mysql'),
  redactHeaders: (text) => redactHeaders(['x-any', text]),
  'redactArguments of one': (text) => redactArguments(['curl', text]),
  'redactArguments of many': (text) => redactArguments(text.split(' ')),
  'maskStatement of pg': (text) => maskStatement(`select password ${text}`, 'pg'),
  'maskStatement of mysql': (text) => maskStatement(`select password ${text}`, 'mysql'),
  'maskStatement of sqlite': (text) => maskStatement(`insert into t values (${text}`, 'sqlite'),
  maskParams: (text) => maskParams(`update t set password = $1 ${text}`, [...text], 'pg'),
  planNodes: (text) => planNodes([text, ` ${text}: x`]),
  scriptLocation: (text) => scriptLocation(`eval at ${text}`, 1, 1),
  'a process': (text) => childProcess.describe({ self: undefined, args: ['git', text.split(' ')] }),
  'redis keys': (text) => redisCallInfo('mget', [...text]),
  'redis arguments': (text) => redisCallInfo('hset', ['key', ...text]),
};
const PARTS = [
  ...COMMON,
  ...[
    '--',
    '-- ',
    '/*',
    "'",
    '"',
    '`',
    '$a$',
    '$1,',
    '?,',
    '(',
    '((',
    '),(',
    'password=',
    'token:',
    '::',
    '://',
  ],
  ...[
    'a=1&',
    '%',
    '{',
    '[',
    '},{"a":',
    '@@',
    'eyJ',
    'Bearer ',
    '4 ',
    '4111-',
    '#',
    '->',
    '\u001b[',
    '\ud800',
    'é',
  ],
  ...[
    '-p',
    '-H ',
    '--x=',
    'a.b.',
    'and ',
    'in (',
    'case ',
    'select ',
    'values ',
    "\\'",
    '/reset/',
    '-----BEGIN ',
  ],
];

test('every reader of the app’s text is linear in it', (t) => {
  for (const [name, run] of Object.entries(READERS)) {
    for (const part of PARTS) {
      // A text is masked once, and then known.
      let n = 0;
      const repeat = (length: number) => part.repeat(Math.ceil(length / part.length)).slice(0, length);
      const runNew = (text: string) => run(`${text}${n++}`);
      if (process.env.LT) console.error(name, part);
      const ratio = growth(runNew, repeat(2 * SHORT), () => repeat(8 * SHORT));
      if (ratio > MAX_RATIO) t.fail(`${name} of ${JSON.stringify(part)}`, { ratio });
    }
  }
  t.pass(`${Object.keys(READERS).length * PARTS.length} texts`);
  t.end();
});

/**
 * Whatever reads text of the app is linear: text that is 32 times as long takes about 32 times as long, and not a
 * thousand. Every regular expression of src is tried, and every function that loops over such text.
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

/** Characters. */
const SHORT = 1024;
const FEW = 256;
const FACTOR = 32;
// A quadratic reader takes more for the short text.
const NOTICEABLE_MS = 0.1;
const HOPELESS_MS = 10;
// 32 if linear, with the collection of garbage up to 100; 1024 if quadratic.
const MAX_RATIO = 250;
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

// The file's one expression with these flags reads no text of the app: NODE_OPTIONS, as long as the launcher makes it.
const BOUNDED = new Set(['agent/run-config.cjs g']);

// Of most classes one.
const COMMON = [...'aA0 \n-./\\"\'(@'];

/** Parts to repeat, and what stands before and behind them: the expression's own characters and words. */
function* repeatsFor({ source }: Literal): Generator<[before: string, part: string, behind: string]> {
  const plain = source
    .replace(/\\[bBdDwWsSpP](?:\{[^}]*\})?|\[[^\]]*\]|\{[\d,]+\}|\(\?[:=!<]+/g, ' ')
    .replace(/\\(.)/g, '$1');
  const words = [...new Set(plain.match(/[^\s()|*+?^]{2,}/g) ?? [])].slice(0, 6);
  const singles = [...new Set([...COMMON, ...[...source.replace(/\\[a-zA-Z]/g, '')].slice(0, 20)])];
  for (const single of singles) {
    yield ['', single, ''];
    yield ['', single, '\u0001'];
    yield ['', `${single}a`, ''];
    yield ['', `${single} `, ''];
    yield ['', `\\${single}`, ''];
  }
  for (const word of words) {
    yield ['', word, ''];
    for (const single of singles) {
      yield [word, single, ''];
      yield ['', word + single, ''];
    }
  }
}

function repeat(part: string, length: number): string {
  return part.repeat(Math.ceil(length / part.length)).slice(0, length);
}

function fastest(run: (text: string) => unknown, text: string, tries = TRIES): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < tries; i++) {
    const began = performance.now();
    const used = process.cpuUsage();
    run(text);
    const { user, system } = process.cpuUsage(used);
    // Other processes take from the one, other threads add to the other.
    least = Math.min(least, performance.now() - began, (user + system) / 1000);
  }
  return least;
}

/** Whether even a few characters take so long that more of them would not come to an end. */
function isHopeless(run: (text: string) => unknown, text: string): boolean {
  const few = text.slice(0, FEW);
  return fastest(run, few, 1) > HOPELESS_MS && fastest(run, few) > HOPELESS_MS;
}

/** How much longer a text takes that is 32 times as long; 0 where the short one takes next to nothing. */
function growth(run: (text: string) => unknown, text: (length: number) => string): number {
  const short = text(SHORT);
  if (isHopeless(run, short)) return Number.POSITIVE_INFINITY;
  if (fastest(run, short, 1) < NOTICEABLE_MS) return 0;
  const least = fastest(run, short);
  return least < NOTICEABLE_MS ? 0 : fastest(run, text(FACTOR * SHORT), 3) / least;
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
    for (const [before, part, behind] of repeatsFor(literal)) {
      const ratio = growth(run, (length) => before + repeat(part, length) + behind);
      if (ratio < MAX_RATIO || BOUNDED.has(`${literal.file} ${literal.flags}`)) continue;
      t.fail(`${literal.file}: /${literal.source}/${literal.flags}`, { before, part, behind, ratio });
      break;
    }
  }
  t.end();
});

let texts = 0;

/** A number that makes the text another one: what is read once is kept. */
function fresh(): number {
  return texts++;
}

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
  redactHeaders: (text) => redactHeaders([`x-${fresh()}`, text]),
  'redactArguments of one': (text) => redactArguments(['curl', text]),
  'redactArguments of many': (text) => redactArguments(text.split(' ')),
  'maskStatement of pg': (text) => maskStatement(`select password ${fresh()} ${text}`, 'pg'),
  'maskStatement of mysql': (text) => maskStatement(`select password ${fresh()} ${text}`, 'mysql'),
  'maskStatement of sqlite': (text) => maskStatement(`insert into t${fresh()} values (${text}`, 'sqlite'),
  maskParams: (text) => maskParams(`update t${fresh()} set password = $1 ${text}`, [...text], 'pg'),
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
      const ratio = growth(
        (text) => run(`${text}${n++}`),
        (length) => repeat(part, length),
      );
      if (ratio > MAX_RATIO) t.fail(`${name} of ${JSON.stringify(part)}`, { ratio });
    }
  }
  t.pass(`${Object.keys(READERS).length * PARTS.length} texts`);
  t.end();
});

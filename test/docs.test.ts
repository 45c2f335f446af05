/** The documents against the program: every command and option that one of them names is there, and none is missing in them. */

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { PROGRAM, ROOT } from './scooby.js';

/** The help of every command, as the man page has it: of one process. */
const page = execFileSync(process.execPath, [PROGRAM, 'man'], { encoding: 'utf8' })
  .replaceAll('\\-', '-')
  .replaceAll('\\e', '\\');
const sections = page.split(/^\.SS scooby /m).slice(1);
const options = new Map(
  sections.map((section) => [
    /^[\w-]+/.exec(section)![0],
    new Set(
      section
        .split('\n')
        .filter((line) => line.startsWith('.B -'))
        .flatMap((line) => line.match(/(?<![\w-])--?[a-z][\w-]*/gi) ?? []),
    ),
  ]),
);
const documents = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith('.md'))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
const textOf = (wanted: string) => documents.find(({ path }) => path === wanted)!.text;

test('docs/commands.md has every command, and its exit code', (t) => {
  const [text = '', codes = ''] = textOf('docs/commands.md').split('## Exit codes');
  const missing = (where: string) =>
    [...options.keys()].filter((name) => !new RegExp(`\`?(?:scooby |, \`)${name}\\b(?!-)`).test(where));
  t.same([missing(text), missing(codes)], [[], []]);
  t.end();
});

test('options that documents give to a command are its own', (t) => {
  const wrong = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\bscooby ([a-z-]+)((?: +[^\n`#|]*)?)/g)].flatMap(([, command = '', rest = '']) => {
      const known = options.get(command);
      const [own = ''] = rest.split(/ -- | {3}|; |, |\)/);
      const given = own.match(/(?<=\s)--?[a-z][\w-]*/g) ?? [];
      return given.filter((option) => known && !known.has(option)).map((option) => [path, command, option]);
    }),
  );
  t.same(wrong, []);
  t.end();
});

test('README.md leads to every page of docs', (t) => {
  const pages = documents.map(({ path }) => path).filter((path) => path !== 'README.md');
  t.same(
    pages.filter((path) => !textOf('README.md').includes(`](${path})`)),
    [],
  );
  t.end();
});

test('texts of the help fit into 120 columns', (t) => {
  const texts = [...page.matchAll(/^\.nf\n(.*?)^\.fi$/gms)].flatMap(([, lines = '']) => lines.split('\n'));
  t.ok(texts.length > 200);
  t.same(
    texts.filter((line) => line.length > 120),
    [],
  );
  t.end();
});

test('the help has its commands under what they are for', (t) => {
  const help = execFileSync(process.execPath, [PROGRAM, '--help'], { encoding: 'utf8' });
  const groups = [...help.matchAll(/^(\w[\w ]+):\n((?: {2}.*\n)+)/gm)].map(([, heading, rows = '']) => [
    heading,
    [...rows.matchAll(/^ {2}([a-z][\w-]*) /gm)].map(([, name]) => name).join(' '),
  ]);
  t.same(groups.slice(1, 6), [
    ['Run and record', 'run on off mark status runs store clean'],
    ['Look', 'ui open list show top diff explain profile locals'],
    ['Prove', 'try verify watch check'],
    ['Share', 'report export import mcp'],
    ['Set up', 'doctor check-instrument extension completion help'],
  ]);
  t.end();
});

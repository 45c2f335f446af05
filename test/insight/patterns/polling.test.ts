import { test } from 'tap';
import type { ReadLine } from '../../../src/insight/calls/loop-line.js';
import { judge, Story } from '../story.js';

const at = 'src/jobs.js:4 waitForJob';
const STATE = 'SELECT state FROM jobs WHERE id = $1';
// As a machine with too much to do makes them of pauses of 20 ms.
const PAUSES = [21, 44, 20, 63, 22, 38, 20, 27];

function kindsOf(text: string[], pauses: number[]): string[] {
  const readLine: ReadLine = ({ line }, other = line) => text[other - 1];
  const story = new Story().each(pauses, (s, ms) => s.sql(STATE, { params: [7], rows: 1, at }).idle(ms));
  return judge(story.trace(), { readLine }).map(({ kind }) => kind);
}

test('short pauses of any length are polling where the code waits', (t) => {
  const loop = [
    'async function waitForJob(id) {',
    '  for (;;) {',
    '    // asks',
    '    const job = await load(id);',
  ];
  t.same(kindsOf([...loop, '    if (job.done) return;', '    await sleep(20);'], PAUSES), []);
  t.same(kindsOf([...loop, '    await new Promise((done) => setTimeout(done, 20));'], PAUSES), []);
  t.same(kindsOf(['async function list(id) {', ...loop.slice(1), '    render(job);'], PAUSES), ['duplicate']);
  t.end();
});

test('a timer with a name of its own is a wait, and pauses of a few ms are', (t) => {
  const text = [
    "import { setTimeout as rest } from 'node:timers/promises';",
    'async function jobOf(id) {',
    '  for (;;) {',
    '    const job = await load(id);',
  ];
  t.same(kindsOf([...text, '    await rest(6);'], [6, 7, 6, 7]), []);
  t.same(kindsOf(['', ...text.slice(1), '    await later(6);'], [6, 7, 6, 7]), []);
  t.same(kindsOf(['', ...text.slice(1), '    await rest(6);'], [6, 7, 6, 7]), ['duplicate']);
  t.end();
});

test('a wait beside calls without pauses makes no polling', (t) => {
  const text = ['', '', '', 'const job = await load(id);', 'await sleep(20);'];
  t.same(kindsOf(text, [0, 0, 30, 0, 0]), ['duplicate']);
  t.end();
});

import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { isLearned, LearnedLines } from '../../src/collector/learned-lines.js';
import type { LinkLine } from '../../src/domain/link.js';

const LINES: LinkLine[] = [
  { t: 'frames', frames: [[1, 'é', '/app.js', 1, 1]] },
  { t: 'stack', n: 1, frames: [1] },
  { t: 'map', file: '/app.ts', map: '{}' },
  { t: 'library', name: 'pg', version: '8.0.0' },
];

test('lines are read in their order, but for those that are damaged', (t) => {
  const folder = t.testdir();
  const learned = new LearnedLines(folder, '7-0');
  t.same(learned.read(), []);
  for (const line of LINES.slice(0, 2)) learned.add(line);
  appendFileSync(join(folder, '7-0.learned'), '{"t":"stack"}\nhalf a l\n');
  for (const line of LINES.slice(2)) learned.add(line);
  t.same(new LearnedLines(folder, '7-0').read(), LINES);
  t.same(new LearnedLines(folder, '8-0').read(), []);
  t.end();
});

test('a folder that is gone is no reason to fail', (t) => {
  const folder = join(t.testdir(), 'gone');
  const learned = new LearnedLines(folder, '7-0');
  learned.add(LINES[0]!);
  t.same(learned.read(), []);
  t.notOk(existsSync(folder));
  t.end();
});

test('learned are the lines that others refer to', (t) => {
  t.ok(LINES.every(isLearned));
  t.notOk(isLearned({ t: 'withdrawn', n: 1 }));
  t.end();
});

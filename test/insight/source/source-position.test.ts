import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { FrameResolver } from '../../../src/insight/source/frames.js';
import { mayRunAt } from '../../../src/insight/source/source-position.js';
import { write } from '../compiled.js';

const TEXT = '\ufeffconst all = await pool.query(text);\r\n  new Row(all);\n';

test('a call is at the beginning of a word or a bracket', (t) => {
  for (const [line, column] of [
    [1, 1],
    [1, 13],
    [1, 24],
    [2, 3],
  ] as const)
    t.equal(mayRunAt(TEXT, line, column), true, `${line}:${column}`);
  for (const [line, column] of [
    [1, 25],
    [1, 34],
    [1, 60],
    [2, 1],
    [9, 1],
  ] as const)
    t.equal(mayRunAt(TEXT, line, column), false, `${line}:${column}`);
  // Lines that end in other ways are not counted as V8 does.
  t.equal(mayRunAt('a\rb', 2, 1), true);
  t.end();
});

test('a frame where the file has no call is of generated code, and has no text', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, { 'a.js': 'const all = await pool.query(text);\n', 'b.js': 'load();\n' });
  const frames = new FrameResolver(folder);
  const at = (file: string, column: number) => frames.resolve('f', join(folder, file), 1, column);
  t.match(at('a.js', 24), { application: true, generated: undefined });
  const moved = at('a.js', 26);
  t.match(moved, { application: true, generated: true });
  t.equal(frames.sourceOf(moved), undefined);
  t.ok(frames.sourceOf(at('a.js', 24)));
  // The process says that it is evaluated, and has no map.
  frames.addMap(join(folder, 'b.js'), '');
  t.match(at('b.js', 1), { application: true, generated: true });
  t.end();
});

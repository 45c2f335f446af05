import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { sourceReaderOf } from '../../../src/cli/print/source-reader.js';
import { aTrace } from '../../factory.js';

const TEXT = 'one\ntwo\nthree\n';
const store = { source: (hash: string) => (hash === 'h' ? { file: 'a.js', text: TEXT } : undefined) };

test('the text is the one that was kept, and what has become of it since is told', (t) => {
  const cwd = t.testdir({ 'a.js': TEXT });
  const file = join(cwd, 'a.js');
  const app = { pid: 1, command: 'node a.js', cwd };
  const since = (line: number) =>
    sourceReaderOf(store, aTrace({ app, sources: { 'a.js': 'h' } })).changeNote('a.js', line);
  const code = sourceReaderOf(store, aTrace({ app, sources: { 'a.js': 'h' } }));
  t.same(code.lines('a.js'), ['one', 'two', 'three', '']);
  t.equal(since(2), undefined);
  writeFileSync(file, TEXT.replaceAll('\n', '\r\n'));
  t.equal(since(2), undefined, 'only the ends of its lines changed');
  writeFileSync(file, `zero\n${TEXT}`);
  t.equal(since(2), 'changed since, now line 3');
  writeFileSync(file, 'one\nother\nthree\n');
  t.equal(since(2), 'changed since');
  t.equal(since(1), 'changed since', 'this line is where it was');
  writeFileSync(file, 'two\ntwo\nthree\n');
  t.equal(since(2), 'changed since', 'there are two of it');
  rmSync(file);
  t.equal(since(2), 'gone since');
  t.end();
});

test('what was not kept, and a project that is not on this machine, tell nothing', (t) => {
  const cwd = join(t.testdir(), 'elsewhere');
  const code = sourceReaderOf(
    store,
    aTrace({ app: { pid: 1, command: '', cwd }, sources: { 'a.js': 'h', 'b.js': 'x' } }),
  );
  t.equal(code.changeNote('a.js', 1), undefined);
  t.equal(code.lines('b.js'), undefined);
  t.equal(code.lines('c.js'), undefined);
  t.equal(code.changeNote('b.js', 1), undefined);
  t.end();
});

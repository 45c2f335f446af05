import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { sourceReaderOf } from '../../../src/cli/print/source-reader.js';
import { aTrace } from '../../factory.js';

const TEXT = 'one\ntwo\nthree\n';
const store = { source: async (hash: string) => (hash === 'h' ? { file: 'a.js', text: TEXT } : undefined) };

test('stored lines, and the change note of a line', async (t) => {
  const cwd = t.testdir({ 'a.js': TEXT });
  const file = join(cwd, 'a.js');
  const app = { pid: 1, command: 'node a.js', cwd };
  const changeNote = async (line: number) =>
    (await sourceReaderOf(store, aTrace({ app, sources: { 'a.js': 'h' } }))).changeNote('a.js', line);
  const code = await sourceReaderOf(store, aTrace({ app, sources: { 'a.js': 'h' } }));
  t.same(code.lines('a.js'), ['one', 'two', 'three', '']);
  t.equal(await changeNote(2), undefined);
  writeFileSync(file, TEXT.replaceAll('\n', '\r\n'));
  t.equal(await changeNote(2), undefined, 'only the line ends changed');
  writeFileSync(file, `zero\n${TEXT}`);
  t.equal(await changeNote(2), 'changed since, now line 3');
  writeFileSync(file, 'one\nother\nthree\n');
  t.equal(await changeNote(2), 'changed since');
  t.equal(await changeNote(1), 'changed since', 'this line has not moved');
  writeFileSync(file, 'two\ntwo\nthree\n');
  t.equal(await changeNote(2), 'changed since', 'the text is no longer unique');
  rmSync(file);
  t.equal(await changeNote(2), 'gone since');
});

test('no lines and no note for text that was not stored, or a project on another machine', async (t) => {
  const cwd = join(t.testdir(), 'elsewhere');
  const code = await sourceReaderOf(
    store,
    aTrace({ app: { pid: 1, command: '', cwd }, sources: { 'a.js': 'h', 'b.js': 'x' } }),
  );
  t.equal(code.changeNote('a.js', 1), undefined);
  t.equal(code.lines('b.js'), undefined);
  t.equal(code.lines('c.js'), undefined);
  t.equal(code.changeNote('b.js', 1), undefined);
});

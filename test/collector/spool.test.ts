import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { Spool } from '../../src/collector/spool.js';
import type { LinkLine } from '../../src/domain/link.js';

function aSpool(t: Test) {
  const folder = t.testdir();
  const lines: LinkLine[] = [];
  const lost: string[] = [];
  const spool = new Spool(folder, '7-0', {
    line: (line) => lines.push(line),
    lost: (text) => lost.push(text),
  });
  t.teardown(() => spool.close());
  const part = (n: number) => join(folder, `7-0-${n}.lines`);
  return { spool, lines, lost, part, read: () => spool.read() };
}

const wake = '{"t":"wake"}\n';

test('a file that does not exist yet has no lines', (t) => {
  const { read, lines, part } = aSpool(t);
  t.equal(read(), false);
  writeFileSync(part(1), wake);
  t.equal(read(), false);
  t.same(lines, [{ t: 'wake' }]);
  t.end();
});

test('an incomplete line waits for its rest, also in the middle of a character', (t) => {
  const { read, lines, part } = aSpool(t);
  const bytes = Buffer.from('{"t":"unlisten","path":"/é€😀"}\n');
  for (let n = 0; n < bytes.length; n++) {
    appendFileSync(part(1), bytes.subarray(n, n + 1));
    read();
    t.equal(lines.length, n === bytes.length - 1 ? 1 : 0);
  }
  t.same(lines, [{ t: 'unlisten', path: '/é€😀' }]);
  t.end();
});

test('a file that has been read is removed, and the next file is read', (t) => {
  const { read, lines, part } = aSpool(t);
  writeFileSync(part(1), `${wake}{"t":"next"}\n`);
  writeFileSync(part(2), wake);
  read();
  read();
  t.equal(lines.length, 2);
  t.notOk(existsSync(part(1)));
  t.ok(existsSync(part(2)));
  appendFileSync(part(2), wake);
  read();
  t.equal(lines.length, 3);
  t.end();
});

test('a backlog is read in bounded turns', (t) => {
  const { read, lines, part } = aSpool(t);
  const many = 200_000;
  writeFileSync(part(1), wake.repeat(many));
  t.equal(read(), true);
  t.ok(lines.length < many, `${lines.length} at once`);
  while (read());
  t.equal(lines.length, many);
  t.end();
});

const LONG = 'x'.repeat(17 * 1024 * 1024);

for (const [name, text] of Object.entries({
  'invalid JSON': 'nonsense\n',
  'JSON that is no object': 'null\n',
  'a field of the wrong type': '{"t":"frames","frames":7}\n',
  'a number that is infinite': '{"t":"stack","n":1e999,"frames":[]}\n',
  'half a line': '{"t":"unlisten","po\n',
  'a line without an end': `${LONG}${LONG}\n`,
})) {
  test(`${name}: only that line is lost`, (t) => {
    const { read, lines, lost, part } = aSpool(t);
    writeFileSync(part(1), wake + text + wake);
    while (read());
    t.equal(lines.length, 2);
    t.equal(lost.length, 1);
    t.ok(text.startsWith(lost[0]!));
    t.end();
  });
}

test('empty lines are ignored: a process writes a line break after a failed write', (t) => {
  const { read, lines, lost, part } = aSpool(t);
  writeFileSync(part(1), `\n${wake}\n\n${wake}`);
  read();
  t.equal(lines.length, 2);
  t.same(lost, []);
  t.end();
});

test('the next file is read although the line that leads to it is lost', (t) => {
  const { read, lines, lost, part } = aSpool(t);
  writeFileSync(part(1), `${wake}{"t":"ne`);
  read();
  writeFileSync(part(2), wake);
  read();
  t.equal(lines.length, 1, 'the rest of the line may still come');
  appendFileSync(part(1), '\n');
  while (read());
  t.equal(lines.length, 2);
  t.same(lost, ['{"t":"ne']);
  t.notOk(existsSync(part(1)));
  t.end();
});

test('an incomplete last line of a process that exited is lost', (t) => {
  const { spool, lines, lost, part } = aSpool(t);
  writeFileSync(part(1), `${wake}{"t":"wa`);
  spool.finish();
  t.equal(lines.length, 1);
  t.same(lost, ['{"t":"wa']);
  t.end();
});

test('a reader that goes on for another begins at its position, in files that are still there', (t) => {
  const { spool, part, lines } = aSpool(t);
  const more = '{"t":"unlisten","port":1}\n';
  writeFileSync(part(1), `${wake}{"t":"unli`);
  spool.read();
  t.same(spool.position, { part: 1, offset: wake.length });
  appendFileSync(part(1), 'sten","port":1}\n{"t":"next"}\n');
  writeFileSync(part(2), more);
  const read = (from: Parameters<typeof aSpoolFrom>[1]) => aSpoolFrom(t, from, part(1));
  t.same(read(spool.position), [
    { t: 'unlisten', port: 1 },
    { t: 'unlisten', port: 1 },
  ]);
  t.notOk(existsSync(part(1)));
  t.same(read({ part: 1, offset: 7 }), [{ t: 'unlisten', port: 1 }], 'what was read whole is gone');
  t.same(read('end'), []);
  t.equal(lines.length, 1);
  t.end();
});

function aSpoolFrom(t: Test, from: { part: number; offset: number } | 'end', part: string): LinkLine[] {
  const lines: LinkLine[] = [];
  const sink = { line: (line: LinkLine) => void lines.push(line), lost: (text: string) => t.fail(text) };
  const spool = new Spool(join(part, '..'), '7-0', sink, from);
  t.teardown(() => spool.close());
  while (spool.read());
  spool.read();
  return lines;
}

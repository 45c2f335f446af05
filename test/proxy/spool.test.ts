import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { Spool } from '../../src/proxy/spool.js';
import type { Line } from '../../src/trace.js';

function aSpool(t: Test) {
  const folder = t.testdir();
  const spool = new Spool(folder, '7-0');
  t.teardown(() => spool.close());
  const lines: Line[] = [];
  const part = (n: number) => join(folder, `7-0-${n}.lines`);
  return { spool, lines, part, read: () => spool.read((line) => lines.push(line)) };
}

const wake = '{"t":"wake"}\n';

test('a file that is not there yet has nothing to tell', (t) => {
  const { read, lines, part } = aSpool(t);
  t.equal(read(), false);
  writeFileSync(part(1), wake);
  t.equal(read(), false);
  t.same(lines, [{ t: 'wake' }]);
  t.end();
});

test('a line that has come in part waits for its rest, also in the middle of a character', (t) => {
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

test('a file that has been read is removed, and the next one goes on', (t) => {
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

test('a backlog is read in slices', (t) => {
  const { read, lines, part } = aSpool(t);
  const many = 200_000;
  writeFileSync(part(1), wake.repeat(many));
  t.equal(read(), true);
  t.ok(lines.length < many, `${lines.length} at once`);
  while (read());
  t.equal(lines.length, many);
  t.end();
});

for (const [name, text] of Object.entries({
  'what is no JSON': 'nonsense\n',
  'JSON that is no line': 'null\n',
  'a line without an end': 'x'.repeat(17 * 1024 * 1024),
})) {
  test(`${name} throws`, (t) => {
    const { read, part } = aSpool(t);
    writeFileSync(part(1), text);
    t.throws(() => {
      while (read());
    });
    t.end();
  });
}

/** Files that evaluated code is named after, or names: only regular ones are read, and none is missed loudly. */

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';
import { test } from 'tap';
import { onHookOff } from '../../../src/agent/guard.cjs';
import { isEvaluated, mapsOf, watchEvaluation } from '../../../src/agent/loader/evaluated.cjs';
import { fileText } from '../../../src/agent/loader/file-text.cjs';
import { keepMapFile, mapOf } from '../../../src/agent/loader/source-maps.cjs';

const COMMENT = '//# sourceMapping'.concat('URL=');

watchEvaluation();

test('a pipe, a device and a folder are not read, by path or URL', (t) => {
  const folder = t.testdir({ 'a.js': 'text', folder: {} });
  execFileSync('mkfifo', [join(folder, 'pipe')]);
  for (const name of ['pipe', 'folder', 'none', 'a.js/none', 'nu\0l'].map((name) => join(folder, name)))
    t.same([fileText(name), fileText(`file://${name}`)], [undefined, undefined], name);
  t.same(
    ['/dev/zero', '/dev/stdin', 'file://host/a', 'file:%zz', ''].map(fileText),
    Array(5).fill(undefined),
  );
  t.equal(fileText(`file://${folder}/a.js?v=1`), 'text');
  t.end();
});

test('code that is named after a pipe, or has its map in one, runs and has no map', (t) => {
  const folder = t.testdir({});
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const named = ['/dev/zero', '/dev/stdin', pipe];
  const mapped = [...named.map((url, i) => [join(folder, `mapped${i}.js`), url] as const)];
  for (const name of named) t.equal(vm.runInThisContext('1', { filename: name }), 1);
  for (const [filename, url] of mapped) t.equal(vm.runInThisContext(`2\n${COMMENT}${url}`, { filename }), 2);
  const names = [...named, ...mapped.map(([name]) => name)];
  t.same(
    [...mapsOf(names)],
    names.map((name) => [name, '']),
  );
  keepMapFile('/app/jest.js', () => fileText(pipe));
  t.equal(mapOf('/app/jest.js'), undefined);
  t.end();
});

test('what is in no file, and maps that are none, switch nothing off', (t) => {
  const off: string[] = [];
  onHookOff((library) => off.push(library));
  const folder = t.testdir({});
  const urls = ['gone.map', '%', 'data:text/plain,%', '/nu%00l', 'http://host/x'];
  const names = Array.from({ length: 60 }, (_, i) => join(folder, `gone${i}.js`));
  for (const [i, filename] of names.entries())
    vm.runInThisContext(`3\n${COMMENT}${urls[i % urls.length]}`, { filename });
  for (const filename of ['file://host/x', 'file:%zz'])
    for (let i = 0; i < 30; i++) vm.runInThisContext('3', { filename });
  t.same(
    [...mapsOf(names).values()],
    names.map(() => ''),
  );
  const file = join(folder, 'there.js');
  writeFileSync(join(folder, 'there.map'), '{"version":3}');
  // V8 tells of a script as long as something holds it.
  const held = vm.runInThisContext(`(() => 4)\n${COMMENT}there.map`, { filename: file });
  t.same([...mapsOf([file])], [[file, '{"version":3}']]);
  t.equal(held(), 4);
  t.same(off, []);
  t.end();
});

test('options of vm are read as data', (t) => {
  let reads = 0;
  const options = {
    get filename() {
      reads++;
      return '/made/up.js';
    },
  };
  vm.runInThisContext('5', options);
  // Node's own.
  t.equal(reads, 1);
  t.end();
});

test('names of evaluated code are kept up to a bound in characters', (t) => {
  const length = 64 * 1024;
  const names = Array.from({ length: 100 }, (_, i) => `/made/${i}/${'x'.repeat(length)}.js`);
  for (const filename of names) vm.runInThisContext('6', { filename });
  const kept = names.filter((name) => isEvaluated(name, false)).length;
  t.ok(kept > 0 && kept * length <= 2 * 1024 * 1024, `${kept} are kept`);
  t.end();
});

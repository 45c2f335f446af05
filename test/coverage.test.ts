import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'tap';
import { coverageOf, coverageReport } from './coverage.js';

const ROOT = join(import.meta.dirname, '../..');
const FILES = new Map([
  ['src/a.ts', { covered: 9, total: 10 }],
  ['src/b.ts', { covered: 1, total: 10 }],
]);

test('a process adds the lines that it runs; what it does not load has none', async (t) => {
  const raw = t.testdir();
  const code = `import(${JSON.stringify(pathToFileURL(join(ROOT, 'dist/src/domain/text.js')).href)}).then(({ formatCount }) => formatCount(1, 'a'))`;
  execFileSync(process.execPath, ['-e', code], { env: { ...process.env, NODE_V8_COVERAGE: raw } });
  const files = await coverageOf(raw);
  const { covered, total } = files.get('src/domain/text.ts')!;
  t.equal(total, readFileSync(join(ROOT, 'src/domain/text.ts'), 'utf8').trimEnd().split('\n').length);
  t.ok(covered > 0 && covered < total, `${covered} of ${total}`);
  t.equal(files.get('src/domain/errors.ts')?.covered, 0);
  t.equal(files.has('src/feed/feed.ts'), false, 'types only');
});

test('the counts of a process that runs another text of a script are left out', async (t) => {
  const file = join(ROOT, 'dist/src/agent/request/certificates.cjs');
  const run = (folder: string, before: string) => {
    const code = `${before}; require(${JSON.stringify(file)}).certificateAt(1)`;
    execFileSync(process.execPath, ['-e', code], { env: { ...process.env, NODE_V8_COVERAGE: folder } });
  };
  const raw = t.testdir();
  run(raw, '');
  const linesOf = async () => (await coverageOf(raw)).get('src/agent/request/certificates.cts');
  const own = await linesOf();
  const changed =
    'const { prototype } = module.constructor; const compile = prototype._compile; prototype._compile = function (text, file) { return compile.call(this, text.replaceAll("const ", "const    "), file) }';
  run(raw, changed);
  writeFileSync(join(raw, 'coverage-1-1-1.json'), '{"result": [');
  t.same(await linesOf(), own);
  t.end();
});

test('a line a file, and all of them together', (t) => {
  const { table, failures } = coverageReport(FILES, { whole: 50, file: 10, exceptions: {} });
  t.same(table, [' 90.0 %  src/a.ts', ' 10.0 %  src/b.ts', ' 50.0 %  of all lines']);
  t.same(failures, []);
  t.end();
});

test('what is below the floor is named, and exceptions that are too old', (t) => {
  const low = { floor: 5, reason: 'runs elsewhere' };
  const failures = (whole: number, exceptions = {}) =>
    coverageReport(FILES, { whole, file: 50, exceptions }).failures;
  t.same(failures(51, { 'src/b.ts': low }), ['src has 50.0 % of its lines covered, less than 51 %']);
  t.same(failures(50), ['src/b.ts has 10.0 % of its lines covered, less than 50 %']);
  t.same(failures(50, { 'src/b.ts': low, 'src/c.ts': low }), [
    'src/c.ts has a floor of its own, but is not there',
  ]);
  t.end();
});

/** The whole diagnosis of small projects, as `doctor --json` prints it. */

import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Test, test } from 'tap';
import { diagnose } from '../../../src/cli/doctor/diagnosis.js';

const BUNDLED = 'require_pg();// node_modules/pg/lib/client.js\nvar Client = {};';

/** A project outside the checkout, whose packages Node would find from inside it. */
function project(t: Test, files: Record<string, string>): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'scooby-test-')));
  t.teardown(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** Takes port 4000, where no other program has. */
async function takePort(t: Test): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.on('error', () => resolve()).listen(4000, '127.0.0.1', resolve);
  });
  t.teardown(() => new Promise((resolve) => server.close(resolve)));
}

test('a project whose script starts a bundle', async (t) => {
  await takePort(t);
  const folder = project(t, {
    'package.json': JSON.stringify({ scripts: { dev: 'node dist/app.js' } }),
    'dist/app.js': BUNDLED,
    'scooby.config.json': JSON.stringify({ run: { port: 4100 } }),
  });
  const found = await diagnose(folder, ['npm', 'run', 'dev'], join(folder, 'new/scooby.db'));
  t.equal(found.project, folder);
  t.equal(found.folders, 1);
  t.equal(found.node.grade, 'good');
  t.same(
    found.libraries.map(({ name, grade }) => [name, grade]),
    [['pg', 'bad']],
  );
  t.same(found.port, {
    grade: 'note',
    text: '4000 is taken: the proxy would listen on the next free port (or on --port).',
  });
  t.same(found.store, {
    grade: 'good',
    text: `${join(folder, 'new/scooby.db')}, created with the first request.`,
  });
  t.same(found.config, { grade: 'good', text: join(folder, 'scooby.config.json') });
  t.same(found.instruments, []);
  t.same(found.start, []);
});

test('what a project gets wrong', async (t) => {
  const folder = project(t, {
    'package.json': '{}',
    'scooby.config.json': JSON.stringify({ run: { prot: 4100 } }),
  });
  const found = await diagnose(folder, ['node', 'missing.js'], join(folder, 'package.json/scooby.db'));
  t.equal(found.config.grade, 'bad');
  t.match(found.config.text, /prot/);
  t.same(found.store, {
    grade: 'bad',
    text: `${join(folder, 'package.json/scooby.db')} cannot be written: requests would be kept in memory only.`,
  });
  t.same(found.start, [{ grade: 'bad', text: `missing.js: there is no such file in ${folder}` }]);
  t.same(found.libraries, []);
});

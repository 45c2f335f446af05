import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'tap';
import { nodes, scoobyFor } from './nodes.js';

test('every Node is the version that it says, and runs scooby with its own better-sqlite3', async (t) => {
  for (const node of await nodes()) {
    const scooby = await scoobyFor(t, node);
    const folder = t.testdir();
    const db = join(folder, `${node.version}.db`);
    const options = { cwd: folder, env: { ...process.env, SCOOBY_DB: db } };
    const code = 'process.versions.node';
    const ran = await promisify(execFile)(node.path, [scooby, 'run', '--', node.path, '-p', code], options);
    t.same(ran, { stdout: `${node.version}\n`, stderr: '' });
    t.ok(existsSync(db));
  }
});

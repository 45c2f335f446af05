/**
 * Cost of the agent at start-up: ms of `node -e 0`, and of an app that loads pg and listens, with
 * and without it.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROUNDS = Number(process.env.ROUNDS ?? 21);
const NODE = process.env.BENCH_NODE ?? process.execPath;
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'scooby-bench-'));
// The launcher's run.json, without a launcher: the app does not wait for the link.
writeFileSync(
  join(folder, 'run.json'),
  JSON.stringify({ socket: join(folder, 'link'), token: 't', secret: 's', record: 'all' }),
);

const SCRIPTS = {
  'a script that does nothing': '0',
  'an app that listens': `require('node:http').createServer().listen(0, () => process.exit())`,
  'an app that loads pg and listens': `require('pg'); require('node:http').createServer().listen(0, () => process.exit())`,
};

try {
  for (const [name, code] of Object.entries(SCRIPTS)) {
    const times = { plain: [], traced: [] };
    for (let round = 0; round < ROUNDS; round++) {
      times.plain.push(run(code, []));
      times.traced.push(run(code, ['--require', join(root, 'dist/agent.cjs')]));
    }
    const plain = median(times.plain);
    const traced = median(times.traced);
    console.log(
      `${name}: ${plain.toFixed(1)} ms -> ${traced.toFixed(1)} ms, ${(traced - plain).toFixed(1)} ms more, ratio ${(traced / plain).toFixed(2)}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** ms from the start of a process to its exit. */
function run(code, options) {
  const env = { ...process.env, SCOOBY_RUN: folder };
  const began = performance.now();
  // pg is installed there.
  const cwd = join(root, 'test/fixtures');
  const { status, stderr } = spawnSync(NODE, [...options, '-e', code], { cwd, env });
  if (status !== 0) throw new Error(String(stderr));
  return performance.now() - began;
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

/** Signals to the launcher alone, and to its group. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'tap';
import { ROOT } from '../scooby.js';

const LAUNCHER = `
import { GroupSignals } from '${join(ROOT, 'dist/src/launcher/group-signals.js')}';
const signals = new GroupSignals();
signals.start();
for (const signal of ['SIGINT', 'SIGQUIT'])
  process.on(signal, async () => console.log(signal, await signals.reachedGroup(signal)));
process.on('SIGTERM', () => {
  signals.stop();
  process.exit();
});
setInterval(() => {}, 1000);
console.log('ready');
`;

test('a signal to the process alone is told from one to its group, again and again', async (t) => {
  const args = ['--input-type=module', '-e', LAUNCHER];
  const child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => child.kill('SIGTERM'));
  const said = async () => String((await once(child.stdout, 'data'))[0]).trim();
  t.equal(await said(), 'ready');
  for (const [target, signal, expected] of [
    [child.pid!, 'SIGINT', 'SIGINT false'],
    [-child.pid!, 'SIGINT', 'SIGINT true'],
    [child.pid!, 'SIGQUIT', 'SIGQUIT false'],
    [-child.pid!, 'SIGQUIT', 'SIGQUIT true'],
    [child.pid!, 'SIGINT', 'SIGINT false'],
  ] as const) {
    const answer = said();
    process.kill(target, signal);
    t.equal(await answer, expected);
  }
});

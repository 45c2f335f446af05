/** Processes below a process, with what they listen on. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'tap';
import { descendantsOf } from '../../src/launcher/system-processes.js';

const SERVER = `
const server = require('node:http').createServer();
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume().on('end', () => process.exit());
`;

test('a child of a child, with its port and its NODE_OPTIONS', async (t) => {
  const command = `NODE_OPTIONS=--no-warnings '${process.execPath}' -e "$SERVER"; true`;
  const child = spawn('sh', ['-c', command], {
    env: { ...process.env, SERVER },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.teardown(() => child.stdin.end());
  const port = Number(String((await once(child.stdout, 'data'))[0]));
  const found = await descendantsOf(process.pid);
  t.ok(found.some(({ pid, parent }) => pid === child.pid && parent === process.pid));
  const server = found.find(({ ports }) => ports.includes(port));
  t.match(server, { parent: child.pid, words: [process.execPath, '-e', /createServer/], ports: [port] });
  if (process.platform === 'linux') t.match(server, { program: 'node', nodeOptions: '--no-warnings' });
  t.same(await descendantsOf(server!.pid), []);
});

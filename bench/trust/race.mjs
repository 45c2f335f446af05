/** GETs to an app that closes its idle sockets while they are used again. */

import http from 'node:http';
import { createServer } from 'node:net';
import { get, inParallel, startRun } from './scooby-run.mjs';

const IDLE_MS = 5;

export async function race({ count, random: { below } }) {
  const upstream = createServer((socket) => {
    let idle;
    socket.on('error', () => {});
    socket.on('data', () => {
      clearTimeout(idle);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      idle = setTimeout(() => socket.resetAndDestroy(), IDLE_MS);
    });
  });
  await new Promise((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address();
  const app = `console.log('own', ${port}, process.pid); setInterval(() => {}, 1e6);`;
  const run = await startRun(app, { options: ['--upstream', `http://127.0.0.1:${port}`] });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
  const failures = [];
  await inParallel(8, count, async (n) => {
    const status = await get(`${run.url}/${n}`, agent).catch((error) => error.message);
    if (status !== 200) failures.push(`GET /${n}: ${status}`);
    // Near the moment at which the upstream closes.
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS - 2 + below(4)));
  });
  agent.destroy();
  await run.stop();
  upstream.close();
  return { found: `${count - failures.length} of ${count} answered with 200`, failures };
}

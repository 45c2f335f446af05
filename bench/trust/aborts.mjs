/** Requests that the client gives up at any moment, and the sockets that stay. */

import { readdirSync } from 'node:fs';
import http from 'node:http';
import { get, inParallel, startRun, until } from './scooby-run.mjs';

const APP = `
const server = require('node:http').createServer((req, res) => {
  if (req.url === '/sockets') return server.getConnections((_, n) => res.end(String(n)));
  req.resume();
  const [, wait, size] = req.url.split('/').map(Number);
  const timer = setTimeout(() => res.end('x'.repeat(size)), wait);
  res.on('close', () => clearTimeout(timer));
});
server.listen(0, '127.0.0.1', () => console.log('own', server.address().port, process.pid));
`;

function abortAfter(url, ms, body) {
  return new Promise((resolve) => {
    const request = http.request(url, { method: body === '' ? 'GET' : 'POST' }, (response) =>
      response.resume(),
    );
    request.on('error', resolve);
    request.on('close', resolve);
    request.write(body);
    request.end();
    setTimeout(() => request.destroy(), ms);
  });
}

export async function aborts({ count, random: { below, one } }) {
  const run = await startRun(APP);
  const descriptors = () => readdirSync(`/proc/${run.child.pid}/fd`).length;
  await get(`${run.url}/0/1`);
  const base = descriptors();
  const failures = [];
  await inParallel(32, count, () =>
    abortAfter(`${run.url}/${below(40)}/${one([0, 1e3, 1e6])}`, below(30), one(['', '', 'x'.repeat(1e5)])),
  );
  // Idle sockets to the app are kept for the next requests.
  const most = base + 64;
  await until(
    () => descriptors() <= most,
    () => `${descriptors()} descriptors`,
  ).catch((error) => failures.push(error.message));
  const after = descriptors();
  if ((await get(`${run.url}/0/1`)) !== 200) failures.push('the next request is not answered');
  await run.stop();
  return { found: `${count} aborted; descriptors ${base} before, ${after} after`, failures };
}

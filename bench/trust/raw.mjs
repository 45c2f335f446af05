/** Raw requests in shapes that servers read differently, and what of them arrives at the app. */

import { createServer } from 'node:http';
import { connect } from 'node:net';
import { inParallel, startRun } from './scooby-run.mjs';

const MAX_WAIT_MS = 5000;
const LENGTHS = [
  'Content-Length: 5',
  'Content-Length: +5',
  'Content-Length: 5, 5',
  'Content-Length: 0x5',
  'content-length:5 ',
];
const CODINGS = [
  ...['Transfer-Encoding: chunked', 'Transfer-Encoding: xchunked', 'Transfer-Encoding: chunked, identity'],
  ...[
    'Transfer-Encoding : chunked',
    'Transfer-Encoding:\tchunked',
    'transfer-encoding: CHUNKED',
    ' Transfer-Encoding: chunked',
  ],
];
const ODD = [
  ...[
    'X: a\r\n b',
    'X\0: a',
    ': a',
    'X',
    'Host: other',
    'Connection: X-Scooby, close',
    'X-Scooby: spoof',
    'Expect: 100-continue',
  ],
  ...[
    'Upgrade: websocket',
    'X: \x1b[2J',
    'X: é',
    `X: ${'a'.repeat(9000)}`,
    'Content-Length: 0',
    'Te: trailers',
  ],
];
const BODIES = [
  '',
  'hello',
  '5\r\nhello\r\n0\r\n\r\n',
  '5;x=y\r\nhello\r\n0\r\nT: 1\r\n\r\n',
  '0\r\n\r\nGET /inner HTTP/1.1\r\nHost: a\r\n\r\n',
  '-1\r\n\r\n',
  'ffffffffff\r\n',
];
const TARGETS = [
  ...['/', '/', '/', '/', '/a', '/b'],
  ...['/', '/a?b', '//a', '/%00', 'http://other/a', '*', '/a b', '/\x7f', '\\a', '@a'],
];
const ENDS = ['\r\n', '\r\n', '\r\n', '\n', '\r'];

function requestOf({ below, one, next }) {
  const end = next() < 0.9 ? '\r\n' : one(ENDS);
  const pick = (list, chance) => (next() < chance ? [one(list)] : []);
  const headers = [
    ...(next() < 0.9 ? ['Host: a'] : []),
    ...pick(LENGTHS, 0.35),
    ...pick(LENGTHS, 0.1),
    ...pick(CODINGS, 0.3),
    ...pick(CODINGS, 0.1),
    ...pick(ODD, 0.3),
  ].sort(() => below(3) - 1);
  const method = one([
    'GET',
    'GET',
    'POST',
    'POST',
    'POST',
    'PUT',
    'HEAD',
    'OPTIONS',
    'get',
    'CONNECT',
    'G\tT',
  ]);
  const line = `${method} ${one(TARGETS)} ${one(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/1.2', 'HTTP/9'])}`;
  return [line, ...headers, '', ''].join(end) + one(BODIES);
}

/** Sends a request and resolves once the connection has ended, or has an answer. */
function send(port, text) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    const finish = (reason) => {
      clearTimeout(timer);
      clearTimeout(idle);
      socket.destroy();
      resolve({ answer, reason });
    };
    const timer = setTimeout(finish, MAX_WAIT_MS, 'silent');
    let idle;
    socket.on('data', (data) => {
      answer += data.toString('latin1');
      clearTimeout(idle);
      // What was smuggled would follow at once.
      idle = setTimeout(finish, 15, 'answered');
    });
    socket.on('error', () => finish('error'));
    socket.on('close', () => finish('closed'));
    socket.write(Buffer.from(text, 'latin1'));
    // A request that waits for more of its body is given up.
    idle = setTimeout(() => socket.end(), 100);
  });
}

export async function raw({ count, random }) {
  const arrivals = new Set();
  const failures = [];
  // As lenient as Node's parser can be: what it takes for a request has to be one to the proxy as well.
  const upstream = createServer({ insecureHTTPParser: true, requireHostHeader: false }, (req, res) => {
    const id = req.headers['x-scooby'];
    if (id === undefined || arrivals.has(id)) failures.push(`smuggled: ${JSON.stringify(req.rawHeaders)}`);
    arrivals.add(id);
    req.on('error', () => {});
    req.resume();
    res.end('ok');
  });
  await new Promise((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${upstream.address().port}`;
  const app = `console.log('own', ${upstream.address().port}, process.pid); setInterval(() => {}, 1e6);`;
  const run = await startRun(app, { options: ['--upstream', address] });
  const port = Number(new URL(run.url).port);
  let silent = 0;
  await inParallel(64, count, async () => {
    const text = requestOf(random);
    const { reason, answer } = await send(port, text);
    if (reason === 'silent') silent++;
    if (/x-scooby-secret/i.test(answer)) failures.push(`the secret in the answer to ${JSON.stringify(text)}`);
  });
  if (silent > 0) failures.push(`${silent} requests without an end in ${MAX_WAIT_MS / 1000} s`);
  await run.stop();
  upstream.close();
  return {
    found: `${arrivals.size} arrived at the app, each with an id of its own; the others were refused`,
    failures,
  };
}

import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { mock } from 'node:test';
import { type Test, test } from 'tap';
import type { LinkLine } from '../../src/domain/link.js';
import { serveLines } from '../link.js';
import { until } from '../scooby.js';

const TOKEN = 'a-token';

async function aServer(t: Test, awaits = () => false) {
  const folder = mkdtempSync('/tmp/scooby-test-link-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const received: [string, number, (LinkLine | string)?][] = [];
  const server = await serveLines(join(folder, 'link'), TOKEN, {
    connected: ({ pid }) => received.push(['connected', pid]),
    lineReceived: ({ pid }, line) => received.push(['line', pid, line]),
    lineLost: ({ pid }, text) => received.push(['lost', pid, text.slice(0, 20)]),
    disconnected: ({ pid }) => received.push(['disconnected', pid]),
    awaitsLines: awaits,
  });
  t.teardown(() => server.close());
  const sockets: { socket: Socket; closed: boolean }[] = [];
  const join_ = (pid: number, words: object = {}) => {
    const client = { socket: connect(join(folder, 'link')), closed: false };
    client.socket
      .on('error', () => {})
      .on('close', () => {
        client.closed = true;
      });
    const hello = {
      t: 'hello',
      token: TOKEN,
      pid,
      ppid: 1,
      thread: 0,
      command: 'node a',
      cwd: '/',
      node: 'v20',
    };
    client.socket.write(`${JSON.stringify({ ...hello, origin: 0, ...words })}\n`);
    sockets.push(client);
    t.teardown(() => client.socket.destroy());
    return client;
  };
  const write = (pid: number, text: string) => appendFileSync(join(folder, `${pid}-0-1.lines`), text);
  return { received, join: join_, write, server, folder };
}

const line = '{"t":"unlisten","port":1}\n';
const aReceivedLine = (pid: number) => ['line', pid, { t: 'unlisten', port: 1 }];

test('a process with the token is read until it disconnects, to its last line', async (t) => {
  const { received, join, write } = await aServer(t);
  write(7, line);
  const process = join(7);
  await until(() => received.length === 2, 'the line written before');
  write(7, line);
  await until(() => received.length === 3, 'the line written meanwhile');
  write(7, line.repeat(100_000));
  process.socket.end();
  await until(() => received.at(-1)![0] === 'disconnected', 'the end');
  t.equal(received.length, 2 + 1 + 100_000 + 1);
  t.same(received.slice(0, 3), [['connected', 7], aReceivedLine(7), aReceivedLine(7)]);
});

for (const [name, words] of Object.entries({
  'a wrong token': { token: 'guessed' },
  'no token': { token: undefined },
  'a token of another type': { token: { length: 7 } },
  'a pid that is a path': { pid: '../../etc' },
  'a thread that is a path': { thread: '/../x' },
  'no hello': { t: 'wake' },
})) {
  test(`${name}: the connection is closed and nothing is read`, async (t) => {
    const { received, join, write } = await aServer(t);
    write(7, line);
    const process = join(7, words);
    await until(() => process.closed, 'the connection to be closed');
    t.same(received, []);
  });
}

for (const [name, text] of Object.entries({
  'invalid JSON': '{"t":"span"\u0000\n',
  'no object': 'null\n',
  'a depth of 100,000': `${'['.repeat(100_000)}\n`,
})) {
  test(`${name}: only that line is lost`, async (t) => {
    const { received, join, write } = await aServer(t);
    join(7);
    join(8);
    await until(() => received.length === 2, 'both');
    write(7, line + text + line);
    write(8, line);
    await until(() => received.length === 6, 'their lines');
    write(7, line);
    await until(() => received.length === 7, 'the next one');
    t.same(
      received.filter(([what, pid]) => what !== 'connected' && pid === 7),
      [aReceivedLine(7), ['lost', 7, text.slice(0, 20).trimEnd()], aReceivedLine(7), aReceivedLine(7)],
    );
    t.same(received.filter(([, pid]) => pid === 8).slice(1), [aReceivedLine(8)]);
  });
}

test('a line whose handling throws does not end the reading', async (t) => {
  const folder = mkdtempSync('/tmp/scooby-test-link-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const received: string[] = [];
  const server = await serveLines(join(folder, 'link'), TOKEN, {
    connected: () => {},
    lineReceived: (_, line) => {
      if (line.t === 'map') throw new Error('useless');
      received.push(line.t);
    },
    lineLost: (_, text) => received.push(text),
    disconnected: () => {},
    awaitsLines: () => false,
  });
  t.teardown(() => server.close());
  const map = '{"t":"map","file":"/a.ts","map":"{}"}';
  appendFileSync(join(folder, '7-0-1.lines'), `${line}${map}\n${line}`);
  const socket = connect(join(folder, 'link'));
  t.teardown(() => socket.destroy());
  socket.write(`{"t":"hello","token":"${TOKEN}","pid":7,"thread":0}\n`);
  await until(() => received.length === 3, 'all lines');
  t.same(received, ['unlisten', map, 'unlisten']);
});

test('a known process that sends invalid JSON on the socket is still read', async (t) => {
  const { received, join, write } = await aServer(t);
  const process = join(7);
  await until(() => received.length === 1, 'the hello');
  process.socket.write('{"t":"wa\u0000\n');
  write(7, line);
  await until(() => received.length === 2, 'its line');
  t.same(received.at(-1), aReceivedLine(7));
});

test('a hello that never ends closes the connection', async (t) => {
  const { join, folder, received } = await aServer(t);
  const process = join(7, { token: 'x'.repeat(3 * 1024 * 1024) });
  await until(() => process.closed, 'the connection to be closed');
  t.same(received, []);
  t.ok(statSync(folder));
});

test('awaited lines are read again after 2 and 10 ms, and no more once they are there', async (t) => {
  let checks = 0;
  const { received, join, write, server } = await aServer(t, () => {
    checks++;
    return received.length < 2;
  });
  join(7);
  await until(() => received.length === 1, 'the hello');
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  server.readSoon();
  while (checks === 0) await new Promise((resolve) => setImmediate(resolve));
  write(7, line);
  mock.timers.tick(2);
  t.same(received, [['connected', 7], aReceivedLine(7)]);
  t.equal(checks, 2);
  mock.timers.tick(10);
  t.equal(checks, 2);
});

test('an order is sent to the process', async (t) => {
  const folder = mkdtempSync('/tmp/scooby-test-link-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const server = await serveLines(join(folder, 'link'), TOKEN, {
    connected: (process) => process.send({ t: 'record', record: 'off' }),
    lineReceived: () => {},
    lineLost: () => {},
    disconnected: () => {},
    awaitsLines: () => false,
  });
  t.teardown(() => server.close());
  const socket = connect(join(folder, 'link'));
  t.teardown(() => socket.destroy());
  let text = '';
  socket.on('data', (data) => {
    text += data;
  });
  socket.write(`{"t":"hello","token":"${TOKEN}","pid":7,"thread":0}\n`);
  await until(() => text.endsWith('\n'), 'the order');
  t.equal(text, '{"t":"record","record":"off"}\n');
});

const DEAD_PID = 4_194_303;
const helloOf = (pid: number, token = TOKEN) =>
  `${JSON.stringify({ t: 'hello', token, pid, ppid: 1, thread: 0, command: 'node a', cwd: '/', node: 'v20', origin: 0 })}\n`;

test('a process that ended before it could connect is known by its file', async (t) => {
  const { received, write } = await aServer(t);
  write(DEAD_PID, helloOf(DEAD_PID) + line);
  write(8, helloOf(9) + line);
  await until(() => received.at(-1)?.[0] === 'disconnected', 'its end');
  t.same(
    received.map(([what, pid]) => [what, pid]),
    [
      ['connected', DEAD_PID],
      ['line', DEAD_PID],
      ['line', DEAD_PID],
      ['disconnected', DEAD_PID],
    ],
  );
});

test('a process that connects late is the one that was known by its file', async (t) => {
  const { received, join, write } = await aServer(t);
  write(process.pid, helloOf(process.pid) + line);
  await until(() => received.length === 3, 'what it has written');
  const late = join(process.pid);
  write(process.pid, line);
  await until(() => received.length === 4, 'what it writes');
  late.socket.end();
  await until(() => received.at(-1)?.[0] === 'disconnected', 'its end');
  t.same(
    received.filter(([what]) => what === 'connected'),
    [['connected', process.pid]],
  );
});

test('the file of a process that has just ended is read at the end of the run', async (t) => {
  const { received, write, server } = await aServer(t);
  write(DEAD_PID, helloOf(DEAD_PID) + line);
  server.close();
  t.same(
    received.map(([what]) => what),
    ['connected', 'line', 'line', 'disconnected'],
  );
});

import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { mock } from 'node:test';
import { type Test, test } from 'tap';
import { serveLink } from '../../src/collector/link-server.js';
import type { LinkLine } from '../../src/domain/trace.js';
import { until } from '../scooby.js';

const TOKEN = 'a-token';

async function aReceiver(t: Test, awaits = () => false) {
  const folder = mkdtempSync('/tmp/scooby-test-link-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const told: [string, number, (LinkLine | string)?][] = [];
  const receiver = await serveLink(join(folder, 'link'), TOKEN, {
    connected: ({ pid }) => told.push(['joined', pid]),
    lineReceived: ({ pid }, line) => told.push(['said', pid, line]),
    lineLost: ({ pid }, text) => told.push(['lost', pid, text.slice(0, 20)]),
    disconnected: ({ pid }) => told.push(['left', pid]),
    awaitsLines: awaits,
  });
  t.teardown(() => receiver.close());
  const sockets: { socket: Socket; closed: boolean }[] = [];
  const join_ = (pid: number, words: object = {}) => {
    const one = { socket: connect(join(folder, 'link')), closed: false };
    one.socket
      .on('error', () => {})
      .on('close', () => {
        one.closed = true;
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
    one.socket.write(`${JSON.stringify({ ...hello, origin: 0, ...words })}\n`);
    sockets.push(one);
    t.teardown(() => one.socket.destroy());
    return one;
  };
  const write = (pid: number, text: string) => appendFileSync(join(folder, `${pid}-0-1.lines`), text);
  return { told, join: join_, write, receiver, folder };
}

const line = '{"t":"unlisten","port":1}\n';
const said = (pid: number) => ['said', pid, { t: 'unlisten', port: 1 }];

test('who knows the token is heard until it leaves, to its last line', async (t) => {
  const { told, join, write } = await aReceiver(t);
  write(7, line);
  const peer = join(7);
  await until(() => told.length === 2, 'what was written before');
  write(7, line);
  await until(() => told.length === 3, 'what is written meanwhile');
  write(7, line.repeat(100_000));
  peer.socket.end();
  await until(() => told.at(-1)![0] === 'left', 'the end');
  t.equal(told.length, 2 + 1 + 100_000 + 1);
  t.same(told.slice(0, 3), [['joined', 7], said(7), said(7)]);
});

for (const [name, words] of Object.entries({
  'a wrong token': { token: 'guessed' },
  'no token': { token: undefined },
  'a token of another type': { token: { length: 7 } },
  'a pid that is a path': { pid: '../../etc' },
  'a thread that is a path': { thread: '/../x' },
  'no hello': { t: 'wake' },
})) {
  test(`${name}: the connection is dropped, and nothing read`, async (t) => {
    const { told, join, write } = await aReceiver(t);
    write(7, line);
    const peer = join(7, words);
    await until(() => peer.closed, 'the connection to be dropped');
    t.same(told, []);
  });
}

for (const [name, text] of Object.entries({
  'what is no JSON': '{"t":"span"\u0000\n',
  'no object': 'null\n',
  'a depth of 100,000': `${'['.repeat(100_000)}\n`,
})) {
  test(`${name}: it costs that line, and the next ones are heard`, async (t) => {
    const { told, join, write } = await aReceiver(t);
    join(7);
    join(8);
    await until(() => told.length === 2, 'both');
    write(7, line + text + line);
    write(8, line);
    await until(() => told.length === 6, 'their lines');
    write(7, line);
    await until(() => told.length === 7, 'the next one');
    t.same(
      told.filter(([what, pid]) => what !== 'joined' && pid === 7),
      [said(7), ['lost', 7, text.slice(0, 20).trimEnd()], said(7), said(7)],
    );
    t.same(told.filter(([, pid]) => pid === 8).slice(1), [said(8)]);
  });
}

test('a process whose line is refused is read on', async (t) => {
  const folder = mkdtempSync('/tmp/scooby-test-link-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const told: string[] = [];
  const receiver = await serveLink(join(folder, 'link'), TOKEN, {
    connected: () => {},
    lineReceived: (_, line) => {
      if (line.t === 'map') throw new Error('of no use');
      told.push(line.t);
    },
    lineLost: (_, text) => told.push(text),
    disconnected: () => {},
    awaitsLines: () => false,
  });
  t.teardown(() => receiver.close());
  const map = '{"t":"map","file":"/a.ts","map":"{}"}';
  appendFileSync(join(folder, '7-0-1.lines'), `${line}${map}\n${line}`);
  const socket = connect(join(folder, 'link'));
  t.teardown(() => socket.destroy());
  socket.write(`{"t":"hello","token":"${TOKEN}","pid":7,"thread":0}\n`);
  await until(() => told.length === 3, 'all lines');
  t.same(told, ['unlisten', map, 'unlisten']);
});

test('a known process that says what is no JSON on the socket goes on being heard', async (t) => {
  const { told, join, write } = await aReceiver(t);
  const peer = join(7);
  await until(() => told.length === 1, 'the hello');
  peer.socket.write('{"t":"wa\u0000\n');
  write(7, line);
  await until(() => told.length === 2, 'its line');
  t.same(told.at(-1), said(7));
});

test('a hello that never ends is not kept', async (t) => {
  const { join, folder, told } = await aReceiver(t);
  const peer = join(7, { token: 'x'.repeat(3 * 1024 * 1024) });
  await until(() => peer.closed, 'the connection to be dropped');
  t.same(told, []);
  t.ok(statSync(folder));
});

test('what is awaited is looked for again, and no more once it is there', async (t) => {
  let asked = 0;
  const { told, join, write, receiver } = await aReceiver(t, () => {
    asked++;
    return told.length < 2;
  });
  join(7);
  await until(() => told.length === 1, 'the hello');
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  receiver.readSoon();
  while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
  write(7, line);
  mock.timers.tick(2);
  t.same(told, [['joined', 7], said(7)]);
  t.equal(asked, 2);
  mock.timers.tick(10);
  t.equal(asked, 2);
});

test('an order reaches the process', async (t) => {
  const folder = mkdtempSync('/tmp/scooby-test-link-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const receiver = await serveLink(join(folder, 'link'), TOKEN, {
    connected: (peer) => peer.send({ t: 'record', record: 'off' }),
    lineReceived: () => {},
    lineLost: () => {},
    disconnected: () => {},
    awaitsLines: () => false,
  });
  t.teardown(() => receiver.close());
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

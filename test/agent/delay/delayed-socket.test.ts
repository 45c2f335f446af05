import { once } from 'node:events';
import net from 'node:net';
import type { Readable } from 'node:stream';
import { type Test, test } from 'tap';
import { delayOf, delaySocket } from '../../../src/agent/delay/delayed-socket.cjs';

/** A server that answers each connection with `answer`, and a client of it, delayed by some ms. */
async function connected(t: Test, answer: (socket: net.Socket) => void, ms: number): Promise<net.Socket> {
  const server = net.createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  if (ms > 0) delaySocket(socket, ms);
  t.teardown(() => {
    socket.destroy();
    server.close();
  });
  return socket;
}

async function textOf(socket: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const echo = (socket: net.Socket) => void socket.pipe(socket);

test('what is received comes later, whole and in order, and so does its end', async (t) => {
  const socket = await connected(t, echo, 20);
  const sent = Array.from({ length: 200 }, (_, n) => `line ${n}\n`);
  for (const line of sent) socket.write(line);
  socket.end();
  t.equal(await textOf(socket), sent.join(''));
  t.equal(delayOf(socket), 20);
  t.equal(delayOf({}), 0);
});

test('an answer is not there before its delay', async (t) => {
  const delayed = await connected(t, echo, 150);
  const direct = await connected(t, echo, 0);
  const order: string[] = [];
  const both = [delayed, direct].map(async (socket, n) => {
    await once(socket, 'data');
    order.push(n === 0 ? 'delayed' : 'direct');
  });
  delayed.write('a');
  direct.write('b');
  await Promise.all(both);
  t.same(order, ['direct', 'delayed']);
});

test('what comes first on a connection that is opened comes after the round trip of TCP as well', async (t) => {
  const opened = await connected(t, echo, 0);
  delaySocket(opened, 600, true);
  const direct = await connected(t, echo, 650);
  const order: string[] = [];
  const heard = async (socket: net.Socket, name: string) => {
    await once(socket, 'data');
    order.push(name);
  };
  const first = [heard(opened, 'opened'), heard(direct, 'direct')];
  opened.write('a');
  direct.write('b');
  await Promise.all(first);
  t.same(order, ['direct', 'opened'], '1200 ms and 650');
});

test('much data is held back where it is read slowly, and none is lost', async (t) => {
  const size = 8 * 1024 * 1024;
  const socket = await connected(t, (peer) => void peer.end(Buffer.alloc(size, 'x')), 5);
  let got = 0;
  for await (const chunk of socket) {
    got += (chunk as Buffer).length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  t.equal(got, size);
});

test('the clock of a test, which stands still, delays nothing for ever', async (t) => {
  const socket = await connected(t, echo, 20);
  const { now } = performance;
  t.teardown(() => {
    performance.now = now;
  });
  performance.now = () => 0;
  socket.write('a');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  t.equal(String(chunk), 'a');
});

test('a socket that connects again gets nothing of what waited before', async (t) => {
  const socket = await connected(t, echo, 200);
  const { remotePort } = await once(socket, 'connect').then(() => socket);
  socket.write('old');
  const push = socket.push;
  await new Promise<void>((resolve) => {
    socket.push = (...args) => {
      resolve();
      return push.apply(socket, args);
    };
  });
  socket.destroy();
  await once(socket, 'close');
  socket.connect(remotePort!, '127.0.0.1');
  delaySocket(socket, 200);
  socket.write('new');
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  t.equal(String(chunk), 'new');
});

test('a socket that is destroyed gets nothing more, and an error comes at once', async (t) => {
  const socket = await connected(t, echo, 50);
  let data = 0;
  socket.on('data', () => data++);
  socket.write('a');
  const push = socket.push;
  // Node has read it: it waits.
  await new Promise<void>((resolve) => {
    socket.push = (chunk, encoding) => {
      resolve();
      return push.call(socket, chunk, encoding);
    };
  });
  socket.destroy(new Error('gone'));
  await t.rejects(once(socket, 'end'), { message: 'gone' });
  // What is read later, and has a longer delay, comes after it would have come.
  const later = await connected(t, echo, 100);
  later.write('b');
  await once(later, 'data');
  t.equal(data, 0);
});

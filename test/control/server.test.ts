import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { connectToRun } from '../../src/control/client.js';
import { registerRunRecord } from '../../src/control/registry.js';
import { type ControlCommand, serveControl } from '../../src/control/server.js';
import { until } from '../scooby.js';

const TOKEN = 'a-token';

async function aServer(t: Test, commands: Record<string, ControlCommand> = {}) {
  const folder = mkdtempSync('/tmp/scooby-test-control-');
  t.teardown(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'ctrl');
  const server = await serveControl(path, TOKEN, { echo: (params) => params, ...commands });
  t.teardown(() => server.close());
  return { folder, path, server };
}

function aClient(t: Test, path: string) {
  const client = { socket: connect(path), text: '', closed: false };
  client.socket.setEncoding('utf8').on('data', (text) => {
    client.text += text;
  });
  client.socket
    .on('error', () => {})
    .on('close', () => {
      client.closed = true;
    });
  t.teardown(() => client.socket.destroy());
  return client;
}

test('a client with the token gets a response to each request, by its id', async (t) => {
  const { path } = await aServer(t, {
    fail: () => {
      throw new Error('no such thing');
    },
    nothing: () => undefined,
  });
  t.equal(statSync(path).mode & 0o777, 0o600);
  const client = aClient(t, path);
  const { socket } = client;
  socket.write(`{"token":"${TOKEN}"}\n{"id":1,"verb":"echo","with":{"a":"ü"}}\n{"id":2,"verb":"fail"}\n`);
  socket.write('{"id":3,"verb":"toString"}\n{"id":4,"verb":"nothing"}\n');
  await until(() => client.text.split('\n').length === 5, 'four responses');
  t.same(
    client.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .sort((a, b) => a.id - b.id),
    [
      { id: 1, ok: { a: 'ü' } },
      { id: 2, error: 'no such thing' },
      {
        id: 3,
        error: 'The run does not know "toString"; it is of another version of scooby. Start it again.',
      },
      { id: 4, ok: null },
    ],
  );
  t.equal(client.closed, false);
});

test('a line that violates the protocol closes its connection, and no other', async (t) => {
  const { path } = await aServer(t);
  const good = aClient(t, path);
  good.socket.write(`{"token":"${TOKEN}"}\n`);
  const hello = `{"token":"${TOKEN}"}\n`;
  for (const words of [
    '{"token":"another"}\n',
    '{"token":{"length":7}}\n',
    '{"id":1,"verb":"echo"}\n',
    'GET / HTTP/1.1\r\n\r\n',
    'null\n',
    '[]\n',
    `${hello}{"id":"x","verb":"echo"}\n`,
    `${hello}{"id":1}\n`,
    `${hello}{"id":1,"verb":"echo","with":null}\n`,
    'x'.repeat(70_000),
    `${hello}{"id":1,"verb":"${'x'.repeat(70_000)}`,
  ]) {
    const client = aClient(t, path);
    client.socket.write(words);
    await until(() => client.closed, `the end after ${words.slice(0, 40)}`);
    t.equal(client.text, '', words.slice(0, 40));
  }
  good.socket.write('{"id":9,"verb":"echo"}\n');
  await until(() => good.text === '{"id":9,"ok":{}}\n', 'the other one');
});

test('a client that disconnects during its request does no harm', async (t) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let calls = 0;
  const { path } = await aServer(t, {
    wait: () => {
      calls++;
      return held;
    },
  });
  const client = aClient(t, path);
  client.socket.write(`{"token":"${TOKEN}"}\n{"id":1,"verb":"wait"}\n`);
  await until(() => calls === 1, 'the request');
  client.socket.destroy();
  await until(() => client.closed, 'the end');
  release();
  const other = aClient(t, path);
  other.socket.write(`{"token":"${TOKEN}"}\n{"id":2,"verb":"wait"}\n`);
  await until(() => other.text === '{"id":2,"ok":null}\n', 'a response to another client');
});

test('when a run ends, pending requests reject, and it is not found any more', async (t) => {
  const { folder, path, server } = await aServer(t, { status: () => new Promise(() => {}) });
  const database = join(folder, 'scooby.db');
  const run = { id: 'x', pid: process.pid, command: ['node', 'a'], project: '/', started: 1 };
  const registration = registerRunRecord(database, { ...run, socket: path, token: TOKEN });
  const control = (await connectToRun(database))!;
  t.same(control.run, run);
  t.equal(await connectToRun(database, 'another'), undefined);
  const status = control.status();
  let closed = 0;
  control.onClose(() => closed++);
  await connectToRun(database, process.pid).then((other) => other!.close());
  server.close();
  await t.rejects(status, { name: 'ControlError', message: /^scooby run has ended/ });
  await t.rejects(control.status(), { message: /^scooby run has ended/ });
  control.onClose(() => closed++);
  t.equal(closed, 2);
  t.equal(await connectToRun(database), undefined);
  registration.remove();
});

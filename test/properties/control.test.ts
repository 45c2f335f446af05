/**
 * Properties of the control socket: lines arrive in any chunks, and invalid lines close the
 * connection.
 */

import { deepStrictEqual, ok } from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { test } from 'tap';
import { readMessages, writeMessage } from '../../src/collector/socket-lines.js';
import { serveControl } from '../../src/control/server.js';
import { anyText, holds, pieces, someCuts } from '../property.js';
import { until } from '../scooby.js';

/** A socket that receives the chunks a test emits. */
function aSocket(): Socket {
  return new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() }) as Socket;
}

const anObject = fc
  .dictionary(anyText(), fc.jsonValue())
  .map((object) => JSON.parse(JSON.stringify(object)) as object);
/** A line that is not a JSON object. */
const noObject = fc.oneof(
  fc.json().filter((text) => !text.startsWith('{') && !text.includes('\n')),
  anyText().map((text) => `!${text.replaceAll('\n', '')}`),
  fc.constantFrom('', '{', '{"a":1}}', '[{}]', 'null', '{"a":1}\r\u0000'),
);

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('objects in any chunks are read as they were written, up to the first invalid line', () =>
  holds(
    fc.asyncProperty(
      fc.array(anObject, { maxLength: 6 }),
      fc.option(noObject),
      fc.array(anObject, { maxLength: 2 }),
      someCuts,
      async (before, bad, after, cuts) => {
        const socket = aSocket();
        const heard: object[] = [];
        readMessages(socket, 100_000, (line) => heard.push(line));
        const lines = [
          ...before.map((line) => JSON.stringify(line)),
          ...(bad === null ? [] : [bad]),
          ...after.map((line) => JSON.stringify(line)),
        ];
        for (const piece of pieces(Buffer.from(lines.map((line) => `${line}\n`).join('')), cuts))
          socket.push(piece);
        await turn();
        await turn();
        deepStrictEqual(heard, bad === null ? [...before, ...after] : before);
        deepStrictEqual(socket.destroyed, bad !== null);
        socket.destroy();
      },
    ),
    200,
  ));

test('a line beyond the limit closes the connection, in any chunks', () =>
  holds(
    fc.asyncProperty(fc.integer({ min: 20, max: 60 }), someCuts, async (length, cuts) => {
      const socket = aSocket();
      const heard: object[] = [];
      readMessages(socket, 40, (line) => heard.push(line));
      const line = JSON.stringify({ a: 'x'.repeat(length - 8) });
      for (const piece of pieces(Buffer.from(`{}\n${line}\n{}\n`), cuts)) socket.push(piece);
      await turn();
      await turn();
      deepStrictEqual(heard.length, length <= 40 ? 3 : 1);
      deepStrictEqual(socket.destroyed, length > 40);
      socket.destroy();
    }),
    150,
  ));

/** Canonical text of a response: responses may come in any order. */
const keyed = (answer: object) => JSON.stringify(Object.entries(answer).sort());

type Said = { line: string; answer: object } | { line: string; answer?: undefined };
const aRequest = fc
  .tuple(
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })),
    anyText(20),
    fc.jsonValue(),
  )
  .map(([id, word, value]): Said => {
    const request = JSON.parse(JSON.stringify({ id, verb: 'echo', with: { word, value } }));
    return { line: JSON.stringify(request), answer: { id: request.id, ok: request.with } };
  });
const anUnknown = fc
  .tuple(fc.integer(), fc.oneof(anyText(20), fc.constantFrom('__proto__', 'constructor', 'toString')))
  .filter(([, verb]) => verb !== 'echo')
  .map(([id, verb]): Said => {
    const name = JSON.parse(JSON.stringify(verb));
    const error = `The run does not know "${name}"; it is of another version of scooby. Start it again.`;
    return { line: JSON.stringify({ id, verb }), answer: { id, error } };
  });
const noRequest = fc
  .oneof(
    noObject,
    fc
      .record({ id: fc.oneof(fc.string(), fc.constant(null)), verb: fc.constant('echo') })
      .map((line) => JSON.stringify(line)),
    fc
      .record({ id: fc.nat(), verb: fc.oneof(fc.integer(), fc.constant(null)) })
      .map((line) => JSON.stringify(line)),
    fc
      .record({ id: fc.nat(), verb: fc.constant('echo'), with: fc.oneof(fc.integer(), fc.constant(null)) })
      .map((line) => JSON.stringify(line)),
  )
  .map((line): Said => ({ line }));

test('requests in any chunks each get a response, and an invalid request closes the connection', async () => {
  const folder = mkdtempSync('/tmp/scooby-test-control-');
  const path = join(folder, 'control');
  let echoes = 0;
  const server = await serveControl(path, 'token', {
    echo: (given) => {
      echoes++;
      return given;
    },
  });
  try {
    await holds(
      fc.asyncProperty(
        fc.constantFrom('token', 'token', 'token', 'tokem', '', 'tokentoken'),
        fc.array(fc.oneof(aRequest, anUnknown), { maxLength: 12 }),
        fc.option(noRequest),
        someCuts,
        async (token, requests, bad, cuts) => {
          const before = echoes;
          const socket = connect(path).on('error', () => {});
          const answers: object[] = [];
          let closed = false;
          socket.on('close', () => {
            closed = true;
          });
          readMessages(socket, 1_000_000, (line) => answers.push(line));
          const lines = [
            JSON.stringify({ token }),
            ...requests.map(({ line }) => line),
            ...(bad === null ? [] : [bad.line]),
          ];
          for (const piece of pieces(Buffer.from(lines.map((line) => `${line}\n`).join('')), cuts)) {
            if (piece.length > 0 && !closed) await new Promise((resolve) => socket.write(piece, resolve));
          }
          if (token !== 'token' || bad !== null) await until(() => closed, 'the connection to be ended');
          else await until(() => answers.length === requests.length, 'the answers');
          const wanted = token === 'token' ? requests.map(({ answer }) => answer!) : [];
          // A response may be truncated when the connection closes.
          if (bad === null) deepStrictEqual(answers.map(keyed).sort(), wanted.map(keyed).sort());
          else ok(answers.length <= wanted.length);
          if (token !== 'token') deepStrictEqual(echoes, before);
          socket.destroy();
        },
      ),
      60,
    );
  } finally {
    server.close();
    rmSync(folder, { recursive: true });
  }
});

test('any message is written as a single line', () =>
  holds(
    fc.property(anObject, (object) => {
      let text = '';
      writeMessage({ writable: true, write: (part: string) => (text += part) } as never, object);
      deepStrictEqual(text.indexOf('\n'), text.length - 1);
      deepStrictEqual(JSON.parse(text), object);
    }),
    200,
  ));

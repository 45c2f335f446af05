/** The lines of the link: written by the app's process, cut anywhere, read by the launcher. */

import { deepStrictEqual } from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { test } from 'tap';
import { encodeLine } from '../../src/agent/record/encode-span.cjs';
import { Spool } from '../../src/collector/spool.js';
import type { LinkLine, LinkOrder, RunConfig } from '../../src/domain/link.js';
import { serveLines } from '../link.js';
import { anyText, holds, pieces, someCuts } from '../property.js';
import { until } from '../scooby.js';

const require = createRequire(import.meta.url);

/** Calls `act` with a folder that is there as long as it runs. */
async function inFolder<T>(act: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync('/tmp/scooby-test-link-');
  try {
    return await act(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const aLine: fc.Arbitrary<LinkLine> = fc.oneof(
  anyText().map((path): LinkLine => ({ t: 'unlisten', path })),
  fc.tuple(anyText(), anyText()).map(
    ([name, text]): LinkLine => ({
      t: 'span',
      n: 1,
      kind: 'sql',
      library: 'pg',
      name,
      at: 7,
      detail: { text },
    }),
  ),
  fc.array(anyText(), { maxLength: 3 }).map((names): LinkLine => {
    return { t: 'frames', frames: names.map((name, n) => [n, name, `/${name}`, 1, 2]) };
  }),
);

const isNoText = (text: string) => text !== '' && !text.includes('\n');
const isIn = (line: LinkLine, lines: LinkLine[]) => lines.some((one) => isDeepStrictEqual(one, line));
/** What takes the place of a line and is none. */
const noLine: fc.Arbitrary<string> = fc.oneof(
  anyText()
    .map((text) => `!${text}`)
    .filter(isNoText),
  fc.tuple(aLine, fc.nat()).map(([line, cut]) => {
    const text = JSON.stringify(line);
    return text.slice(0, 1 + (cut % (text.length - 1)));
  }),
  fc.json().filter((text) => isNoText(text) && !text.startsWith('{')),
  fc.constantFrom('{}', '{"t":7}', '{"t":"span"}', '{"t":"frames","frames":{}}', '{"t":"open","id":[]}'),
);

/** Reads what is appended to a process's files piece by piece, and again whenever a piece has come. */
function readPieces(
  folder: string,
  parts: { part: number; bytes: Buffer }[],
): { lines: LinkLine[]; lost: string[] } {
  const lines: LinkLine[] = [];
  const lost: string[] = [];
  const spool = new Spool(folder, '7-0', {
    line: (line) => lines.push(line),
    lost: (text) => lost.push(text),
  });
  for (const { part, bytes } of parts) {
    appendFileSync(join(folder, `7-0-${part}.lines`), bytes);
    spool.read();
  }
  spool.finish();
  return { lines, lost };
}

test('a file of lines cut anywhere gives the same lines', () =>
  holds(
    fc.asyncProperty(fc.array(aLine), someCuts, (lines, cuts) =>
      inFolder((folder) => {
        const bytes = Buffer.from(lines.map(encodeLine).join(''));
        const read = readPieces(
          folder,
          pieces(bytes, cuts).map((bytes) => ({ part: 1, bytes })),
        );
        const told = lines.map((line) => JSON.parse(JSON.stringify(line)) as LinkLine);
        return deepStrictEqual(read, { lines: told, lost: [] });
      }),
    ),
    150,
  ));

test('what is no line costs itself, and no other one, in whichever of the files it stands', () =>
  holds(
    fc.asyncProperty(
      fc.array(fc.array(fc.oneof(aLine, noLine), { maxLength: 8 }), { maxLength: 4 }),
      someCuts,
      (files, cuts) =>
        inFolder((folder) => {
          const parts = files.flatMap((words, i) => {
            const texts = words.map((word) => (typeof word === 'string' ? `${word}\n` : encodeLine(word)));
            const bytes = Buffer.from(`${texts.join('')}{"t":"next"}\n`);
            return pieces(bytes, cuts).map((bytes) => ({ part: i + 1, bytes }));
          });
          const words = files.flat();
          const lines = words.filter((word) => typeof word !== 'string');
          const lost = words.filter((word) => typeof word === 'string');
          const wellFormed = lost.map((text) => Buffer.from(text).toString());
          return deepStrictEqual(readPieces(folder, parts), {
            lines: JSON.parse(JSON.stringify(lines)),
            lost: wellFormed,
          });
        }),
    ),
    150,
  ));

test('a lost end of a file leads to the next file all the same', () =>
  holds(
    fc.asyncProperty(aLine, noLine, aLine, (first, mangled, last) =>
      inFolder((folder) => {
        const read = readPieces(folder, [
          { part: 1, bytes: Buffer.from(`${encodeLine(first)}${mangled}\n`) },
          { part: 2, bytes: Buffer.from(encodeLine(last)) },
        ]);
        return deepStrictEqual(read.lines, JSON.parse(JSON.stringify([first, last])));
      }),
    ),
    60,
  ));

interface Link {
  connectToLauncher(
    run: RunConfig,
    hello: string,
    ordered: (order: LinkOrder) => void,
    ended: () => void,
  ): void;
  sendLines(lines: string, optional: boolean): boolean;
  flushLines(): void;
  takeLostLines(): number;
}

/** The agent's end of the link, as a process that has just started has it, with a disk of its own making. */
function aLink(writeSync: (fd: number, data: string | Buffer, offset?: number) => number): Link {
  const fs = require('node:fs');
  const { writeSync: real } = fs;
  const path = require.resolve('../../src/agent/record/transport.cjs');
  delete require.cache[path];
  fs.writeSync = writeSync;
  try {
    return require(path);
  } finally {
    fs.writeSync = real;
  }
}

/** Calls `act` with the launcher's end of a link. */
function withLauncher<T>(act: (run: RunConfig, socket: () => Promise<Socket>) => Promise<T>): Promise<T> {
  return inFolder(async (folder) => {
    const path = join(folder, 'link');
    let joined: Socket | undefined;
    const server = createServer((socket) => {
      joined = socket.on('error', () => {}).resume();
    });
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const socket = async () => {
      await until(() => joined, 'the process');
      return joined!;
    };
    try {
      return await act({ socket: path, token: 't', secret: 's', parentKey: 'k', record: 'all' }, socket);
    } finally {
      server.close();
      joined?.destroy();
    }
  });
}

test('a disk that is full now and then costs what was not written whole, counted', () =>
  holds(
    fc.asyncProperty(
      fc.array(fc.tuple(anyText(), fc.option(fc.nat({ max: 60 })), fc.boolean()), { maxLength: 20 }),
      (writes) =>
        withLauncher(async (run) => {
          const { writeSync } = require('node:fs') as typeof import('node:fs');
          // How many bytes fit, and whether what is left of them is refused.
          let room: number | null = null;
          let refuses = false;
          const link = aLink((fd, data, offset = 0) => {
            const bytes = Buffer.from(data as string).subarray(offset);
            if (room === null) return writeSync(fd, bytes);
            const fits = Math.min(room, bytes.length);
            room = refuses ? 0 : null;
            if (fits === 0 && bytes.length > 0) throw new Error('ENOSPC');
            return writeSync(fd, bytes.subarray(0, fits));
          });
          link.connectToLauncher(
            run,
            'hello\n',
            () => {},
            () => {},
          );
          const sent: LinkLine[] = [];
          const whole: LinkLine[] = [];
          for (const [text, fits, full] of writes) {
            room = fits;
            refuses = full;
            const line: LinkLine = { t: 'unlisten', port: sent.length, path: text };
            sent.push(line);
            const isSent = link.sendLines(encodeLine(line), true);
            link.flushLines();
            // A lost optional line is its sender's to count, unless it waited for the others of its turn.
            const lost = link.takeLostLines();
            if (isSent && lost === 0) whole.push(line);
            else deepStrictEqual(Number(!isSent) + lost, 1);
          }
          const read: LinkLine[] = [];
          const spool = new Spool(join(run.socket, '..'), `${process.pid}-0`, {
            line: (line) => read.push(line),
            lost: () => {},
          });
          spool.finish();
          const plain = (lines: LinkLine[]) => JSON.parse(JSON.stringify(lines)) as LinkLine[];
          deepStrictEqual(
            read.filter((line) => isIn(line, plain(whole))),
            plain(whole),
          );
          // One that lacked nothing but its end is heard as well.
          deepStrictEqual(
            read,
            plain(sent).filter((line) => isIn(line, read)),
          );
        }),
    ),
    60,
  ));

test('orders cut anywhere reach the process as they were given', () =>
  holds(
    fc.asyncProperty(fc.array(anyText(), { minLength: 1, maxLength: 5 }), someCuts, (texts, cuts) =>
      withLauncher(async (run, socket) => {
        const orders: LinkOrder[] = [];
        const link = aLink(() => 0);
        link.connectToLauncher(
          run,
          'hello\n',
          (order) => orders.push(order),
          () => {},
        );
        const given = texts.map((text) => ({ t: 'record', record: text }));
        // Its non-ASCII characters are escaped, as the launcher escapes them.
        const written = given.map(
          (order) =>
            `${JSON.stringify(order).replace(/[^ -~]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`,
        );
        const to = await socket();
        for (const piece of pieces(written.join(''), cuts)) {
          if (piece !== '') await new Promise((resolve) => to.write(piece, resolve));
        }
        await until(() => orders.length === given.length, 'the orders');
        return deepStrictEqual(orders, given);
      }),
    ),
    25,
  ));

test('a hello cut anywhere is heard once, with its process as it says', () =>
  holds(
    fc.asyncProperty(anyText(), someCuts, (command, cuts) =>
      inFolder(async (folder) => {
        const joined: string[] = [];
        const path = join(folder, 'link');
        const receiver = await serveLines(path, 'token', {
          ...{ lineReceived() {}, lineLost() {}, disconnected() {}, awaitsLines: () => false },
          connected: (peer) => joined.push(peer.command),
        });
        const { connect } = await import('node:net');
        const socket = connect(path).on('error', () => {});
        try {
          const hello = Buffer.from(
            `${JSON.stringify({ t: 'hello', token: 'token', pid: 7, thread: 0, command })}\n`,
          );
          for (const piece of pieces(hello, cuts)) {
            if (piece.length > 0) await new Promise((resolve) => socket.write(piece, resolve));
          }
          await until(() => joined.length > 0, 'the hello');
          return deepStrictEqual(joined, [JSON.parse(JSON.stringify(command))]);
        } finally {
          socket.destroy();
          receiver.close();
        }
      }),
    ),
    25,
  ));

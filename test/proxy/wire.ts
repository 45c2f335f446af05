/** Speaks raw TCP on both sides of a proxy, so that a test sees the very bytes. */

import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import type { ServerAddress } from '../../src/domain/link.js';
import type { Exchange, ExchangeEnd } from '../../src/proxy/observer.js';
import { type ProxyOptions, type RunningProxy, startProxy } from '../../src/proxy/server.js';
import { Upstream } from '../../src/proxy/upstream.js';

interface Test {
  teardown(fn: () => unknown): void;
}

export const SECRET = 'per-run-secret';
export const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

/** Resolves once the condition holds; the test runner's own limit ends a wait in vain. */
export async function until(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** One end of a TCP connection, and all that it was sent. */
export class Wire {
  text = '';
  bytes = 0;
  ended = false;
  closed = false;
  error: string | undefined;

  readonly socket: Socket;

  /** `keep` false: only count what comes. */
  constructor(socket: Socket, keep = true) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (keep) this.text += chunk.toString('latin1');
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code;
    });
    socket.on('close', () => {
      this.closed = true;
    });
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Answers all that came, once it contains that. */
  async got(part: string | RegExp): Promise<string> {
    await until(
      () => (typeof part === 'string' ? this.text.includes(part) : part.test(this.text)) || this.closed,
    );
    return this.text;
  }

  /** Answers all that came, once the connection is closed. */
  async whole(): Promise<string> {
    await until(() => this.closed);
    return this.text;
  }
}

/** A raw upstream: every connection in the order in which they came. */
export class Peer {
  readonly wires: Wire[] = [];
  readonly address: ServerAddress;

  constructor(address: ServerAddress) {
    this.address = address;
  }

  /** Connections that are still open. */
  get open(): number {
    return this.wires.filter((wire) => !wire.closed).length;
  }

  /** Everything that came in on any connection. */
  get text(): string {
    return this.wires.map((wire) => wire.text).join('');
  }

  /** Answers the nth connection, once it is there. */
  async wire(n = 0): Promise<Wire> {
    await until(() => this.wires[n]);
    return this.wires[n]!;
  }
}

/** Answers a raw upstream; `serve` is called with each connection. */
export async function peer(t: Test, serve: (wire: Wire) => void = () => {}): Promise<Peer> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    const wire = new Wire(socket);
    found.wires.push(wire);
    serve(wire);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const found = new Peer({ protocol: 'http', host: '127.0.0.1', port });
  t.teardown(() => {
    server.close();
    for (const wire of found.wires) wire.socket.destroy();
  });
  return found;
}

/** Answers a raw upstream that gives each request without a body the same response, or what a function makes of its head. */
export function responder(t: Test, response: string | ((head: string, n: number) => string)): Promise<Peer> {
  return peer(t, (wire) => {
    let answered = 0;
    let from = 0;
    wire.socket.on('data', () => {
      for (
        let end = wire.text.indexOf('\r\n\r\n', from);
        end !== -1;
        end = wire.text.indexOf('\r\n\r\n', from)
      ) {
        const head = wire.text.slice(from, end + 4);
        from = end + 4;
        wire.send(typeof response === 'string' ? response : response(head, answered++));
      }
    });
    wire.socket.on('end', () => wire.socket.end());
  });
}

/** A proxy with all that its watcher was told. */
export interface Running extends RunningProxy {
  upstream: Upstream;
  opened: Exchange[];
  ended: ExchangeEnd[];
}

/** Answers a proxy on a free port in front of that address, or of none yet. */
export async function proxy(
  t: Test,
  address?: ServerAddress,
  options: Partial<ProxyOptions> = {},
): Promise<Running> {
  const upstream = new Upstream();
  if (address) upstream.set(address);
  const opened: Exchange[] = [];
  const ended: ExchangeEnd[] = [];
  const running = await startProxy({
    host: '127.0.0.1',
    port: 0,
    exactPort: false,
    secret: SECRET,
    wait: 10_000,
    upstream,
    watcher: { opened: (exchange) => opened.push(exchange), ended: (ending) => ended.push(ending) },
    ...options,
  });
  t.teardown(() => running.close());
  return { ...running, upstream, opened, ended };
}

/** Answers a raw client of that port. */
export async function client(t: Test, port: number, host = '127.0.0.1', keep = true): Promise<Wire> {
  const socket = net.connect({ port, host, allowHalfOpen: true });
  const wire = new Wire(socket, keep);
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return wire;
}

/** Answers all that the proxy sent back for these bytes, once it contains that or the connection is closed. */
export async function ask(
  t: Test,
  port: number,
  bytes: string,
  part: string | RegExp = /\r\n\r\n/,
): Promise<string> {
  const wire = await client(t, port);
  wire.send(bytes);
  const text = await wire.got(part);
  wire.socket.destroy();
  return text;
}

/** Answers text with every id in it as ID, so that it can be compared. */
export function anonymous(text: string): string {
  return text.replace(new RegExp(UUID, 'g'), 'ID');
}

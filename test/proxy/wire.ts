/** Raw TCP clients and upstreams on both sides of a proxy, for tests that compare bytes. */

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

/** Resolves once the condition holds; otherwise the test runner's timeout ends the wait. */
export async function until(condition: () => unknown): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** An end of a TCP connection, with the bytes that it received. */
export class Wire {
  text = '';
  bytes = 0;
  ended = false;
  closed = false;
  error: string | undefined;

  readonly socket: Socket;

  /** `keep` false: received bytes are counted only. */
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

  /** All received text, once it contains that string. */
  async got(part: string | RegExp): Promise<string> {
    await until(
      () => (typeof part === 'string' ? this.text.includes(part) : part.test(this.text)) || this.closed,
    );
    return this.text;
  }

  /** All received text, once the connection is closed. */
  async whole(): Promise<string> {
    await until(() => this.closed);
    return this.text;
  }
}

/** A raw upstream with its connections in order. */
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

  /** Text received on all connections. */
  get text(): string {
    return this.wires.map((wire) => wire.text).join('');
  }

  /** The nth connection, once it is established. */
  async wire(n = 0): Promise<Wire> {
    await until(() => this.wires[n]);
    return this.wires[n]!;
  }
}

/** Starts a raw upstream; `serve` is called with each connection. */
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

/**
 * Starts a raw upstream with a fixed response per bodiless request, or a function of the request's
 * head.
 */
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

/** A proxy with the events that its observer received. */
export interface Running extends RunningProxy {
  upstream: Upstream;
  opened: Exchange[];
  ended: ExchangeEnd[];
}

/** Starts a proxy on a free port, in front of that address if any. */
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
    observer: {
      requestStarted: (exchange) => opened.push(exchange),
      requestEnded: (ending) => ended.push(ending),
    },
    ...options,
  });
  t.teardown(() => running.close());
  return { ...running, upstream, opened, ended };
}

/** Connects a raw client to that port. */
export async function client(t: Test, port: number, host = '127.0.0.1', keep = true): Promise<Wire> {
  const socket = net.connect({ port, host, allowHalfOpen: true });
  const wire = new Wire(socket, keep);
  t.teardown(() => socket.destroy());
  await once(socket, 'connect');
  return wire;
}

/**
 * Text that the proxy sent back for these bytes, once it contains that string or the connection
 * closes.
 */
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

/** Text with every id replaced by ID, for comparisons. */
export function anonymous(text: string): string {
  return text.replace(new RegExp(UUID, 'g'), 'ID');
}

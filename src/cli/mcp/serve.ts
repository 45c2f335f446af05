/** Serves the MCP server on standard input and output, until the client has gone. */

import { PassThrough } from 'node:stream';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { StorePlace } from '../select/shared-store.js';
import { mcpServer } from './mcp-server.js';

/** ms in which what was asked before standard input ended may still be answered. */
const LAST_ANSWERS_MS = 2000;

/** Resolves when standard input has ended and what was asked is answered. */
export async function serveMcp(place: StorePlace): Promise<void> {
  const gone = new AbortController();
  const input = new PassThrough();
  const wire = new CountingTransport(input, process.stdout);
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      // The answer of a wait has no reader any more.
      gone.abort();
      void wire.answered(LAST_ANSWERS_MS).then(resolve);
    };
    process.stdin.on('end', end).on('close', end).on('error', end);
  });
  process.stdin.pipe(input, { end: false });
  const handle = serveStdio(() => mcpServer({ place, signal: gone.signal }), {
    transport: wire,
    onerror: (error) => process.stderr.write(`scooby mcp: ${error.message}\n`),
  });
  await ended;
  await handle.close();
}

/** Transport that knows which requests are not answered yet. */
class CountingTransport extends StdioServerTransport {
  readonly #open = new Set<unknown>();
  #settled: (() => void) | undefined;

  constructor(input: PassThrough, output: NodeJS.WriteStream) {
    super(input, output);
    let receive: typeof this.onmessage;
    // The server sets it as a property.
    Object.defineProperty(this, 'onmessage', {
      get: () =>
        receive &&
        ((message: { id?: unknown; method?: unknown; params?: { requestId?: unknown } }) => {
          if (message.id !== undefined && message.method !== undefined) this.#open.add(message.id);
          if (message.method === 'notifications/cancelled') this.#close(message.params?.requestId);
          receive!(message as Parameters<NonNullable<typeof receive>>[0]);
        }),
      set: (listener: typeof receive) => {
        receive = listener;
      },
    });
  }

  override async send(message: Parameters<StdioServerTransport['send']>[0]): Promise<void> {
    await super.send(message);
    if (!('method' in message)) this.#close(message.id);
  }

  /** Resolves once all that came is answered, at the latest after `ms`. */
  answered(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#settled = () => {
        clearTimeout(timer);
        resolve();
      };
      // What was written last may not have been read yet.
      setImmediate(() => setImmediate(() => this.#close(undefined)));
    });
  }

  #close(id: unknown): void {
    this.#open.delete(id);
    if (this.#open.size === 0) this.#settled?.();
  }
}

/**
 * Receiver of OpenTelemetry's spans (`--otlp-listen`): what an instrumented service sends to a
 * collector becomes requests of this run, judged by the same rules.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { RecordedTrace } from '../domain/trace.js';
import { ImportError } from '../export/field-reader.js';
import { decodeOtlp } from '../export/otlp-protobuf.js';
import { tracesOfSpans } from '../export/otlp-requests.js';
import { type OtlpSpan, readOtlpSpans } from '../export/read-otlp.js';

const HOST = '127.0.0.1';
const PATH = '/v1/traces';
const MAX_BODY = 16 << 20;
/** ms without a new span after which a trace's requests are made. */
const QUIET_MS = 1000;
/** Spans that are remembered, as late ones belong to requests that were made before. */
const MAX_SPANS = 50_000;
/** Bytes of the messages that brought them. */
const MAX_REMEMBERED = 64 << 20;

/** Hears of a request that a service has answered; with later spans, `isAgain`, once more. */
type OnReceived = (trace: RecordedTrace, isAgain: boolean) => void;

interface Pending {
  spans: Map<string, OtlpSpan>;
  /** Ids of the requests that were made of them. */
  made: Set<string>;
  bytes: number;
  timer: NodeJS.Timeout;
}

/** Listens on the loopback interface until it is closed. */
export class OtlpReceiver {
  readonly #server: Server;
  readonly #onReceived: OnReceived;
  readonly #project: string;
  readonly #maxRemembered: number;
  readonly #traces = new Map<string, Pending>();
  #count = 0;
  #bytes = 0;

  /**
   * Resolves when it listens; rejects where the port is taken. `project` is what files are relative to;
   * `maxRemembered` is what tests replace.
   */
  static async open(
    port: number,
    project: string,
    onReceived: OnReceived,
    maxRemembered = MAX_REMEMBERED,
  ): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver(project, onReceived, maxRemembered);
    receiver.#server.listen(port, HOST);
    await once(receiver.#server, 'listening');
    return receiver;
  }

  private constructor(project: string, onReceived: OnReceived, maxRemembered: number) {
    this.#project = project;
    this.#maxRemembered = maxRemembered;
    this.#onReceived = onReceived;
    this.#server = createServer((req, res) => void this.#answer(req, res));
  }

  /** Base URL, for OTEL_EXPORTER_OTLP_ENDPOINT. */
  get url(): string {
    const address = this.#server.address();
    return `http://${HOST}:${typeof address === 'object' ? address?.port : ''}`;
  }

  /** Makes the requests whose spans have come. */
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const [id, { timer }] of this.#traces) {
      clearTimeout(timer);
      this.#finish(id);
    }
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const isJson = /^application\/json\b/i.test(req.headers['content-type'] ?? '');
    const refusal = refusalOf(req, isJson);
    if (refusal !== undefined) {
      // What is not read would have the connection reset before the answer is.
      req.resume();
      return void res.writeHead(refusal).end();
    }
    try {
      const body = await readBody(req);
      const message = isJson ? JSON.parse(body.toString('utf8')) : decodeOtlp(body);
      this.#add(readOtlpSpans(message, 'the message'), body.length);
      res.writeHead(200, { 'Content-Type': isJson ? 'application/json' : 'application/x-protobuf' });
      res.end(isJson ? '{}' : '');
    } catch (error) {
      const isTooLarge = error instanceof BodyTooLarge;
      res.writeHead(isTooLarge ? 413 : 400, { 'Content-Type': 'text/plain', Connection: 'close' });
      res.end(error instanceof ImportError ? error.message : 'the message cannot be read');
    }
  }

  #add(spans: OtlpSpan[], bytes: number): void {
    const share = bytes / spans.length;
    for (const span of spans) {
      const pending = this.#pendingOf(span.traceId);
      if (!pending.spans.has(span.spanId)) this.#count++;
      pending.spans.set(span.spanId, span);
      pending.bytes += share;
      this.#bytes += share;
      pending.timer.refresh();
    }
    for (const [id, { spans: old, bytes: size, timer }] of this.#traces) {
      if (this.#count <= MAX_SPANS && this.#bytes <= this.#maxRemembered) break;
      clearTimeout(timer);
      this.#finish(id);
      this.#traces.delete(id);
      this.#count -= old.size;
      this.#bytes -= size;
    }
  }

  #pendingOf(traceId: string): Pending {
    const known = this.#traces.get(traceId);
    if (known !== undefined) return known;
    const timer = setTimeout(() => this.#finish(traceId), QUIET_MS).unref();
    const pending: Pending = { spans: new Map(), made: new Set(), bytes: 0, timer };
    this.#traces.set(traceId, pending);
    return pending;
  }

  #finish(traceId: string): void {
    const pending = this.#traces.get(traceId);
    if (pending === undefined) return;
    for (const trace of tracesOfSpans([...pending.spans.values()], this.#project)) {
      this.#onReceived(trace, pending.made.has(trace.id));
      pending.made.add(trace.id);
    }
  }
}

/** Status for a request that is not read: a page in a web browser has no business here. */
function refusalOf(req: IncomingMessage, isJson: boolean): number | undefined {
  const { host = '', origin } = req.headers;
  if (origin !== undefined || !/^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i.test(host)) return 403;
  if (req.url?.split('?', 1)[0] !== PATH) return 404;
  if (req.method !== 'POST') return 405;
  return isJson || /^application\/x-protobuf\b/i.test(req.headers['content-type'] ?? '') ? undefined : 415;
}

class BodyTooLarge extends Error {}

async function readBody(req: IncomingMessage): Promise<Buffer> {
  const stream = req.headers['content-encoding'] === 'gzip' ? req.pipe(createGunzip()) : req;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

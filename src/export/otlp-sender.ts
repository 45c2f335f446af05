/**
 * Sender of finished requests to an OpenTelemetry collector (`--otlp`): bounded, retried as the
 * protocol says, and silent but for one sentence when it stops working and one when it works again.
 */

import type { Trace } from '../domain/trace.js';
import { traceIdOf } from '../domain/trace-parent.cjs';
import { Lru } from '../insight/util/lru.js';
import { traceParentOf } from './otlp-ids.js';
import type { OtlpContext, PlainSpan } from './otlp-spans.js';

/** Settings of `--otlp`. */
export interface OtlpSettings {
  /** Base URL, to which `/v1/traces` is added; without it the OTEL_ variables, else localhost:4318. */
  url?: string;
  service: string;
  version: string;
  /** ms that the end waits for what is on its way; default: one second. */
  closeMs?: number;
}

/** What the exporter of OpenTelemetry has to offer. */
interface Delegate {
  export(spans: PlainSpan[], done: (result: { code: number; error?: Error }) => void): void;
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
}

const BATCH_MS = 500;
const MAX_BATCH = 512;
const MAX_QUEUED = 8192;
const MAX_REMEMBERED = 1000;
const CLOSE_MS = 1000;
/** ms that a request waits for the one that sent it, which another run may have recorded. */
const PARENT_MS = 5000;

/** Sends what is added to it, in batches, until it is closed. */
export class OtlpSender {
  readonly #settings: OtlpSettings;
  readonly #warn: (message: string) => void;
  readonly #queue: PlainSpan[] = [];
  /** Calls that were sent, by request: a late one has its request added again. */
  readonly #sent = new Lru<Set<string>>(MAX_REMEMBERED);
  /** Trace id of each request. */
  readonly #traceIds = new Lru<string>(MAX_REMEMBERED);
  /** Requests from other apps under scooby, by the request that sent them: their trace id is its. */
  readonly #waiting = new Map<string, Trace[]>();
  #made: Promise<{ delegate: Delegate; spansOf(trace: Trace): PlainSpan[] }> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;
  #isClosed = false;
  #lost = 0;
  #rejected = 0;
  /** Of them, those in the sentence that was said. */
  #rejectedTold = 0;

  constructor(settings: OtlpSettings, warn: (message: string) => void) {
    this.#settings = settings;
    this.#warn = warn;
  }

  /** Queues a request's spans; of one that was added before, those that are new. */
  add(trace: Trace): void {
    if (this.#isClosed || trace.outside) return;
    const { parent } = trace;
    if (parent === undefined || this.#traceIds.get(parent) !== undefined) this.#addNow(trace);
    else this.#holdBack(trace, parent);
  }

  /** Resolves when what is queued has been sent, or after `closeMs`. */
  async close(): Promise<void> {
    for (const parent of this.#waiting.keys()) this.#release(parent);
    this.#isClosed = true;
    if (this.#made === undefined) return;
    const { delegate } = await this.#made;
    await this.#flush();
    const { closeMs = CLOSE_MS } = this.#settings;
    const late = new Promise((resolve) => setTimeout(resolve, closeMs).unref());
    await Promise.race([delegate.forceFlush(), late]);
    if (this.#lost > 0) this.#warn(`${this.#lost} calls did not reach the OpenTelemetry collector`);
    if (this.#rejected > this.#rejectedTold)
      this.#warn(`the OpenTelemetry collector rejected ${this.#rejected} calls in all`);
    void delegate.shutdown();
  }

  #holdBack(trace: Trace, parent: string): void {
    const others = this.#waiting.get(parent);
    if (others !== undefined) return void others.push(trace);
    this.#waiting.set(parent, [trace]);
    setTimeout(() => this.#release(parent), PARENT_MS).unref();
    const [oldest] = this.#waiting.keys();
    if (this.#waiting.size > MAX_REMEMBERED) this.#release(oldest!);
  }

  #release(parent: string): void {
    const traces = this.#waiting.get(parent) ?? [];
    this.#waiting.delete(parent);
    for (const trace of traces) this.#addNow(trace);
  }

  #addNow(trace: Trace): void {
    const { id, parent } = trace;
    const above = traceParentOf(trace)?.traceId ?? (parent && this.#traceIds.get(parent));
    this.#traceIds.set(id, above ?? traceIdOf(parent ?? id));
    void this.#enqueueSpans(trace);
    this.#release(id);
  }

  async #enqueueSpans(trace: Trace): Promise<void> {
    const { spansOf } = await this.#exporter();
    const sent = this.#sent.get(trace.id) ?? new Set<string>();
    this.#sent.set(trace.id, sent);
    for (const span of spansOf(trace)) {
      const { spanId } = span.spanContext();
      if (sent.has(spanId)) continue;
      sent.add(spanId);
      this.#enqueue(span);
    }
    this.#timer ??= setTimeout(() => this.#flush(), BATCH_MS).unref();
  }

  #enqueue(span: PlainSpan): void {
    this.#queue.push(span);
    if (this.#queue.length <= MAX_QUEUED) return;
    this.#queue.shift();
    this.#lost++;
  }

  #exporter() {
    return (this.#made ??= this.#make());
  }

  async #make() {
    // Loaded on demand: runs without --otlp do without its quarter of a megabyte.
    const { makeOtlpExporter } = await import('./otlp-exporter.js');
    const { service, version, url } = this.#settings;
    const context: OtlpContext = { service, version, traceIdOf: ({ id }) => this.#traceIds.get(id) };
    return makeOtlpExporter(url, context, (count, message) => this.#noteRejected(count, message));
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const { delegate } = await this.#exporter();
    while (this.#queue.length > 0) this.#send(delegate, this.#queue.splice(0, MAX_BATCH));
  }

  #send(delegate: Delegate, batch: PlainSpan[]): void {
    delegate.export(batch, ({ code, error }) => {
      if (code === 0) return this.#noteSuccess();
      this.#lost += batch.length;
      if (this.#isFailing) return;
      this.#isFailing = true;
      this.#warn(
        `the OpenTelemetry collector cannot be reached (${reasonOf(error)}): calls go on being stored, and are not sent there`,
      );
    });
  }

  #noteSuccess(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#warn(`the OpenTelemetry collector answers again; ${this.#lost} calls were not sent there`);
    this.#lost = 0;
  }

  #noteRejected(count: number, message: string): void {
    this.#rejected += count;
    if (this.#rejectedTold > 0) return;
    this.#rejectedTold = count;
    this.#warn(`the OpenTelemetry collector rejected ${count} calls${message ? `: ${message}` : ''}`);
  }
}

function reasonOf(error: (Error & { code?: string | number }) | undefined): string {
  const { code, message } = error ?? {};
  return [code, message].filter((part) => part !== undefined && part !== '').join(' ') || 'no answer';
}

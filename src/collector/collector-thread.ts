/**
 * Thread of the collector: started again when it has failed or does not answer.
 *
 * A thread rather than a process: it ends with the launcher however that is killed.
 * A loop without end and a full heap end the thread only.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { CollectorSettings, FromCollector, ToCollector } from './collector-messages.js';

const PING_MS = 1000;
/** Pings without an answer after which the thread is ended: counted, as the machine may have slept. */
const MAX_UNANSWERED = 15;
/**
 * The same of a thread that starts, or that has had no CPU: at a load of 45 on two cores, its modules and its store
 * take longer, and at 18 the ten thousand calls of a request.
 */
const MAX_STARVED = 120;
/** CPU of the process since the last answer, by the time since: less, and the machine is what does not answer. */
const MIN_SHARE = 0.5;
/** ms until a failed thread is started again, twice as long each time. */
const RESTART_MS = 100;
const MAX_RESTART_MS = 30_000;
/** ms after which a failure is not counted as one more of the same. */
const RECOVERED_MS = 60_000;
/** MB: what is queued and remembered is bounded, so more is a fault. */
const MAX_HEAP = 1024;
/** MB of new objects: with the default of 48 the launcher holds 130 MB more, at the same CPU. */
const YOUNG_HEAP = 6;

/** Callbacks of the collector's thread. */
export interface ThreadListener {
  received(message: FromCollector): void;
  /** The thread has ended by itself, or was ended because it did not answer. */
  failed(reason: string): void;
  /** It runs again, for the `attempt`th time since it last ran well. */
  restarted(attempt: number): void;
}

/** What tests replace. */
export interface ThreadOptions {
  file?: string;
  /** ms between two pings. */
  pingMs?: number;
  /** ms of CPU that this process has had. */
  cpuMs?: () => number;
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** File of the thread: beside this file, or beside the chunk that it is in. */
export function workerFile(): string {
  const candidates = ['./collector-worker.js', './chunks/collector-worker.js'];
  const paths = candidates.map((name) => fileURLToPath(new URL(name, import.meta.url)));
  return paths.find((path) => existsSync(path)) ?? paths[0]!;
}

/** The running thread, across its restarts. */
export class CollectorThread {
  readonly #file: string;
  readonly #settings: CollectorSettings;
  readonly #listener: ThreadListener;
  readonly #pingMs: number;
  readonly #cpuMs: () => number;
  #worker: Worker | undefined;
  #unanswered = 0;
  /** CPU at the first ping that has no answer. */
  #cpuAtPing = 0;
  /** Whether the thread has said nothing yet. */
  #isStarting = true;
  #pings: NodeJS.Timeout | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #attempts = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #state: 'running' | 'failed' | 'closed' = 'running';

  constructor(
    settings: CollectorSettings,
    listener: ThreadListener,
    { file = workerFile(), pingMs = PING_MS, cpuMs = ownCpuMs }: ThreadOptions = {},
  ) {
    this.#file = file;
    this.#settings = settings;
    this.#listener = listener;
    this.#pingMs = pingMs;
    this.#cpuMs = cpuMs;
    this.#worker = this.#start();
    this.#pings = setInterval(() => this.#ping(), pingMs).unref();
  }

  /** Sends a message; returns false where it is lost, because the thread does not run. */
  post(message: ToCollector): boolean {
    if (this.#state !== 'running') return false;
    this.#worker?.postMessage(message);
    return this.#worker !== undefined;
  }

  /** Lets the thread end by itself, without waiting for it. */
  close(): void {
    this.#state = 'closed';
    clearInterval(this.#pings);
    clearTimeout(this.#restartTimer);
    this.#worker?.unref();
  }

  /** Undefined where the system has no room for another thread: it is tried again as after any failure. */
  #start(): Worker | undefined {
    let worker: Worker;
    try {
      worker = new Worker(this.#file, {
        workerData: this.#settings,
        name: 'scooby collector',
        // The launcher's own, such as --inspect, are not for it.
        execArgv: [],
        resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP, maxYoungGenerationSizeMb: YOUNG_HEAP },
      });
    } catch (error) {
      setImmediate(() => this.#fail((error as Error).message));
      return undefined;
    }
    const fail = (reason: string) => {
      if (worker === this.#worker) this.#fail(reason);
    };
    worker.on('message', (message: FromCollector) => {
      if (worker !== this.#worker) return;
      this.#unanswered = 0;
      this.#isStarting = false;
      if (message.t !== 'pong') this.#listener.received(message);
    });
    worker.on('error', (error) => fail(String((error as Error | undefined)?.message ?? error)));
    worker.on('exit', (code) => fail(`it ended with code ${code}`));
    return worker;
  }

  #ping(): void {
    if (this.#state !== 'running') return;
    const cpu = this.#cpuMs();
    if (this.#unanswered === 0) this.#cpuAtPing = cpu;
    if (this.#hangs(cpu)) return this.#fail('it does not answer');
    this.#unanswered++;
    this.post({ t: 'ping' });
  }

  #hangs(cpu: number): boolean {
    if (this.#unanswered >= MAX_STARVED) return true;
    if (this.#isStarting || this.#unanswered < MAX_UNANSWERED) return false;
    return cpu - this.#cpuAtPing >= MAX_UNANSWERED * this.#pingMs * MIN_SHARE;
  }

  #fail(reason: string): void {
    if (this.#state !== 'running') return;
    this.#state = 'failed';
    void this.#worker?.terminate();
    const now = performance.now();
    if (now - this.#failedAt > RECOVERED_MS) this.#attempts = 0;
    this.#failedAt = now;
    this.#attempts++;
    const delay = Math.min(MAX_RESTART_MS, RESTART_MS * 2 ** (this.#attempts - 1));
    // Planned first: a listener that closes on hearing of it takes it back.
    this.#restartTimer = setTimeout(() => this.#restart(), delay);
    this.#listener.failed(reason);
  }

  #restart(): void {
    this.#state = 'running';
    this.#unanswered = 0;
    this.#isStarting = true;
    this.#worker = this.#start();
    this.#listener.restarted(this.#attempts);
  }
}

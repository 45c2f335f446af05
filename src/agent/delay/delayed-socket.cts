/**
 * Delayed socket: what its server sends reaches its reader a fixed time later, in order, with its
 * end. That is below every driver: pipelines, streams, transactions and errors stay as they are.
 */

import type { Socket } from 'node:net';
import * as timers from 'node:timers';
import { attempt } from '../guard.cjs';
import { now } from '../request/traced-request.cjs';

// The app's may be replaced later, by a test's clock.
const { setTimeout: runLater, setImmediate: runSoon } = timers;

/** A timer fires up to so much late: the rest of the time is waited out turn by turn. */
const TIMER_SLACK_MS = 1.5;
/** Bytes that wait before the socket is not read any more. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Data, or null for the end, and when it is due. */
interface Arrival {
  due: number;
  chunk: Uint8Array | null;
  encoding: unknown;
}

/** The parts of Node's handle that stop its reading. */
interface Handle {
  reading?: boolean;
  readStop?(): number;
}

const delayed = new WeakMap<Socket, Delay>();

/**
 * Delays what a socket receives from now on: one that connects again has nothing to come from before.
 * With `opens` what comes first is delayed by the round trip of TCP's own as well.
 */
export function delaySocket(socket: Socket, ms: number, opens = false): void {
  const known = delayed.get(socket);
  if (known !== undefined) known.restart(ms, opens);
  else delayed.set(socket, new Delay(socket, ms, opens));
}

/** Delay of a socket in ms; 0 for none. */
export function delayOf(socket: unknown): number {
  return delayed.get(socket as Socket)?.ms ?? 0;
}

class Delay {
  ms: number;
  readonly #socket: Socket;
  readonly #push: Socket['push'];
  #arrivals: Arrival[] = [];
  #waitingBytes = 0;
  #isWaiting = false;
  /** Whether nothing has come yet on a connection that is being opened. */
  #opens: boolean;

  constructor(socket: Socket, ms: number, opens: boolean) {
    this.ms = ms;
    this.#opens = opens;
    this.#socket = socket;
    this.#push = socket.push;
    const receive = (chunk: Uint8Array | null, encoding?: unknown) => this.#receive(chunk, encoding);
    Object.defineProperty(socket, 'push', {
      value: function push(chunk: Uint8Array | null, encoding?: unknown) {
        return receive(chunk, encoding);
      },
      writable: true,
      configurable: true,
    });
  }

  restart(ms: number, opens: boolean): void {
    this.ms = ms;
    this.#opens = opens;
    this.#arrivals = [];
    this.#waitingBytes = 0;
  }

  /** Takes what Node has read; false: it is to read no more for now. */
  #receive(chunk: Uint8Array | null, encoding: unknown): boolean {
    this.#arrivals.push({ due: now() + this.ms * (this.#opens ? 2 : 1), chunk, encoding });
    this.#opens = false;
    this.#waitingBytes += chunk?.length ?? 0;
    this.#wait();
    return this.#waitingBytes < MAX_WAITING_BYTES;
  }

  #wait(): void {
    const [next] = this.#arrivals;
    if (next === undefined || this.#isWaiting) return;
    this.#isWaiting = true;
    const left = next.due - now() - TIMER_SLACK_MS;
    const goOn = () => {
      this.#isWaiting = false;
      this.#deliver();
      this.#wait();
    };
    if (left >= 1) runLater(goOn, Math.floor(left));
    else runSoon(goOn);
  }

  #deliver(): void {
    while (this.#arrivals.length > 0 && this.#arrivals[0]!.due <= now()) {
      const { chunk, encoding } = this.#arrivals.shift()!;
      this.#waitingBytes -= chunk?.length ?? 0;
      if (this.#socket.destroyed) continue;
      // A listener of the app may throw: then the rest comes in a turn of its own, as without delay.
      const isLast = this.#arrivals.length === 0;
      if (!isLast) this.#wait();
      const wantsMore = Reflect.apply(this.#push, this.#socket, [chunk, encoding]);
      if (chunk === null) this.#socket.read(0);
      else if (!wantsMore) attempt(stopReading, this.#socket);
    }
  }
}

/** What Node does itself where `push` answers false. */
function stopReading(socket: Socket): void {
  const { _handle: handle } = socket as unknown as { _handle?: Handle | null };
  if (!handle?.reading) return;
  handle.reading = false;
  handle.readStop?.();
}

/** Which request started which process or thread of the app. */

import type { RecordedSpan } from '../domain/trace.js';
import { Lru } from '../insight/util/lru.js';
import type { AppIdentity } from './link-server.js';

const MAX_STARTED = 10_000;

/** Requests by the processes and threads that they have started. */
export class Starters {
  #requests = new Lru<string>(MAX_STARTED);

  /** Learns the process of a call that runs a command. */
  addSpan(id: string, { kind, detail }: RecordedSpan): void {
    if (kind === 'process' && typeof detail?.pid === 'number') this.#requests.set(`${detail.pid}`, id);
  }

  addThread(pid: number, thread: number, id: string): void {
    this.#requests.set(`${pid}-${thread}`, id);
  }

  /** Request that started a process, directly or by a shell, or a thread. */
  requestOf({ pid, ppid, thread }: AppIdentity): string | undefined {
    if (thread > 0) return this.#requests.get(`${pid}-${thread}`);
    return this.#requests.get(`${pid}`) ?? this.#requests.get(`${ppid}`);
  }
}

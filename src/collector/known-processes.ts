/** Processes of the app whose lines are not all read yet, for a collector that is started again. */

import type { AppConnection } from './link-server.js';
import type { SpoolPosition } from './spool.js';

/** One of them. */
export interface KnownProcess {
  connection: AppConnection;
  hasLeft: boolean;
  /** Up to which its lines are read. */
  position: SpoolPosition;
}

/** The processes by the numbers that the collector knows them by. */
export class KnownProcesses {
  readonly #processes = new Map<number, KnownProcess>();
  #lastNumber = 0;

  /** Number of a process that has connected. */
  add(connection: AppConnection): number {
    const n = ++this.#lastNumber;
    this.#processes.set(n, { connection, hasLeft: false, position: { part: 1, offset: 0 } });
    return n;
  }

  /** Numbers of a process that has disconnected. */
  left(connection: AppConnection): number[] {
    const known = [...this.#processes].filter(([, process]) => process.connection === connection);
    for (const [, process] of known) process.hasLeft = true;
    return known.map(([n]) => n);
  }

  /** Notes up to where lines are read; returns whether it is further than before. */
  read(n: number, position: SpoolPosition): boolean {
    const process = this.#processes.get(n);
    if (process === undefined) return false;
    const { part, offset } = process.position;
    process.position = position;
    return part !== position.part || offset !== position.offset;
  }

  /** Forgets a process of which all is read. */
  remove(n: number): void {
    this.#processes.delete(n);
  }

  connectionOf(n: number): AppConnection | undefined {
    return this.#processes.get(n)?.connection;
  }

  [Symbol.iterator](): Iterator<[n: number, process: KnownProcess]> {
    return this.#processes.entries();
  }
}

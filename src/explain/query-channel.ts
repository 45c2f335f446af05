/** Questions to the app's database, by way of the app: an order to one of its processes, and the line that answers it. */

import type { Collector } from '../collector/collector.js';
import type { Peer } from '../collector/link-server.js';
import type { Ask, Line, Trouble } from '../domain/trace.js';

/** A row, by the names of its columns. */
export type Row = Record<string, unknown>;

/** What is asked; see Ask. */
export type Question = Omit<Ask, 't' | 'n' | 'patience'>;

/** Why there is no answer. `trouble` is missing where the process ended. */
export class Unanswered extends Error {
  override name = 'Unanswered';
  readonly trouble: Trouble | undefined;

  constructor(trouble: Trouble | undefined, message = '') {
    super(message);
    this.trouble = trouble;
  }
}

type Answer = Extract<Line, { t: 'answer' }>;

const PATIENCE_MS = 5000;
// For the connection, for the answer, and for the way.
const LONGEST_MS = 2 * PATIENCE_MS + 2000;

/** Asks the processes that a collector knows. */
export class Questions {
  #collector: Collector;
  #open = new Map<number, { peer: Peer; over(answer: Answer | Unanswered): void }>();
  #asked = 0;

  constructor(collector: Collector) {
    this.#collector = collector;
    collector.on('answer', (answer, peer) => {
      const open = this.#open.get(answer.n);
      if (open?.peer === peer) open.over(answer);
    });
    collector.on('left', () => {
      const peers = new Set(collector.peers);
      for (const { peer, over } of this.#open.values()) if (!peers.has(peer)) over(new Unanswered(undefined));
    });
  }

  /** Answers the rows of each statement; rejects with an Unanswered. */
  ask(peer: Peer, question: Question): Promise<Row[][]> {
    return new Promise((resolve, reject) => {
      const n = ++this.#asked;
      const over = (answer: Answer | Unanswered) => {
        clearTimeout(timer);
        this.#open.delete(n);
        if (answer instanceof Unanswered) reject(answer);
        else if (Array.isArray(answer.rows)) resolve(answer.rows);
        else reject(new Unanswered(answer.trouble ?? 'refused', answer.message));
      };
      const timer = setTimeout(() => over(new Unanswered('slow')), LONGEST_MS);
      if (!this.#collector.peers.includes(peer)) return over(new Unanswered(undefined));
      this.#open.set(n, { peer, over });
      peer.tell({ t: 'ask', n, patience: PATIENCE_MS, ...question });
    });
  }
}

/** Questions to the app's database, by way of the app: an order to one of its processes, and the line that answers it. */

import type { Collector } from '../collector/collector.js';
import type { AppConnection } from '../collector/link-server.js';
import type { ExplainOrder, ExplainTrouble, LinkLine } from '../domain/trace.js';

/** A row, by the names of its columns. */
export type QueryRow = Record<string, unknown>;

/** What is asked; see Ask. */
export type DatabaseQuery = Omit<ExplainOrder, 't' | 'n' | 'patience'>;

/** Why there is no answer. `trouble` is missing where the process ended. */
export class QueryError extends Error {
  override name = 'Unanswered';
  readonly trouble: ExplainTrouble | undefined;

  constructor(trouble: ExplainTrouble | undefined, message = '') {
    super(message);
    this.trouble = trouble;
  }
}

type Answer = Extract<LinkLine, { t: 'answer' }>;

const PATIENCE_MS = 5000;
// For the connection, for the answer, and for the way.
const LONGEST_MS = 2 * PATIENCE_MS + 2000;

/** Asks the processes that a collector knows. */
export class QueryChannel {
  #collector: Collector;
  #open = new Map<number, { peer: AppConnection; over(answer: Answer | QueryError): void }>();
  #asked = 0;

  constructor(collector: Collector) {
    this.#collector = collector;
    collector.on('answer', (answer, peer) => {
      const open = this.#open.get(answer.n);
      if (open?.peer === peer) open.over(answer);
    });
    collector.on('left', () => {
      const peers = new Set(collector.connections);
      for (const { peer, over } of this.#open.values()) if (!peers.has(peer)) over(new QueryError(undefined));
    });
  }

  /** Answers the rows of each statement; rejects with an Unanswered. */
  ask(peer: AppConnection, question: DatabaseQuery): Promise<QueryRow[][]> {
    return new Promise((resolve, reject) => {
      const n = ++this.#asked;
      const over = (answer: Answer | QueryError) => {
        clearTimeout(timer);
        this.#open.delete(n);
        if (answer instanceof QueryError) reject(answer);
        else if (Array.isArray(answer.rows)) resolve(answer.rows);
        else reject(new QueryError(answer.trouble ?? 'refused', answer.message));
      };
      const timer = setTimeout(() => over(new QueryError('slow')), LONGEST_MS);
      if (!this.#collector.connections.includes(peer)) return over(new QueryError(undefined));
      this.#open.set(n, { peer, over });
      peer.send({ t: 'ask', n, patience: PATIENCE_MS, ...question });
    });
  }
}

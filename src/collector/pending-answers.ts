/** Questions to another thread that wait for its answers, by their numbers. */

/** Waiting questions of one kind. */
export class PendingAnswers<A> {
  readonly #settles = new Map<number, (answer: A) => void>();
  #lastNumber = 0;

  /** Answer to what `post` sends with its number; after `maxMs` without one it is `late`. */
  ask(maxMs: number, late: A, post: (n: number) => void): Promise<A> {
    const n = ++this.#lastNumber;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(late), maxMs);
      const settle = (answer: A) => {
        clearTimeout(timer);
        this.#settles.delete(n);
        resolve(answer);
      };
      this.#settles.set(n, settle);
      post(n);
    });
  }

  /** Settles a question; a number that waits no longer, or never did, is ignored. */
  answer(n: number, answer: A): void {
    this.#settles.get(n)?.(answer);
  }

  /** Settles all, as their answers will not come. */
  answerAll(answer: A): void {
    for (const settle of this.#settles.values()) settle(answer);
  }
}

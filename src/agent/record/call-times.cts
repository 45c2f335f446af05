/** Times of a request's calls by kind, as far as they are known while it runs. */

/** Kinds that are part of others, or of the app's own time. */
const UNTIMED = new Set(['log', 'block', 'graphql', 'span', 'cpu']);

/** Leaves the times of a kind out: calls of other kinds run inside of its. */
export function leaveUntimed(kind: string): void {
  UNTIMED.add(kind);
}

/** Time in which at least one call ran: calls that run at once count once. */
export class BusyTime {
  count = 0;
  #running = 0;
  #since = 0;
  #ms = 0;
  /** Up to when time is counted: a call may have begun before the end of the last one. */
  #until = 0;

  began(at: number): void {
    this.count++;
    if (this.#running++ === 0) this.#since = Math.max(at, this.#until);
  }

  ended(at: number): void {
    if (this.#running > 0 && --this.#running === 0) this.#add(at);
  }

  /** The call is counted as another one. */
  discarded(at: number): void {
    this.count--;
    this.ended(at);
  }

  /** ms until `at`, with what still runs. */
  upTo(at: number): number {
    return this.#ms + (this.#running > 0 ? Math.max(0, at - this.#since) : 0);
  }

  #add(at: number): void {
    this.#ms += Math.max(0, at - this.#since);
    this.#until = at;
  }
}

/** Time of one kind, and what its reads of a cache found. */
export class KindTime extends BusyTime {
  readonly kind: string;
  hits = 0;
  misses = 0;

  constructor(kind: string) {
    super();
    this.kind = kind;
  }
}

/** Times of all kinds of a request. */
export class CallTimes {
  readonly kinds: KindTime[] = [];
  /** Of calls of any kind. */
  readonly all = new BusyTime();
  /** ms that the agent has taken for the request. */
  own = 0;
  /** Calls whose lines are encoded, and in `own`. */
  lines = 0;

  /** The line of a call took so long. */
  addLine(ms: number): void {
    this.own += ms;
    this.lines++;
  }

  began(kind: string, at: number): void {
    if (UNTIMED.has(kind)) return;
    this.all.began(at);
    (this.#of(kind) ?? this.#add(kind)).began(at);
  }

  /** `facts` are those of the span, of a cache with its hits and misses. */
  ended(kind: string, at: number, facts: Record<string, unknown> | undefined): void {
    const time = this.#of(kind);
    if (time === undefined) return;
    this.all.ended(at);
    time.ended(at);
    if (typeof facts?.hits === 'number') time.hits += facts.hits;
    if (typeof facts?.misses === 'number') time.misses += facts.misses;
  }

  discarded(kind: string, at: number): void {
    const time = this.#of(kind);
    if (time === undefined) return;
    this.all.discarded(at);
    time.discarded(at);
  }

  #of(kind: string): KindTime | undefined {
    for (const time of this.kinds) if (time.kind === kind) return time;
    return undefined;
  }

  #add(kind: string): KindTime {
    const time = new KindTime(kind);
    this.kinds.push(time);
    return time;
  }
}

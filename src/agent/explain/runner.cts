/** Asks the app's database in the launcher's name: on a connection of the app's own pool, which is given back, and unseen. */

import type { ExplainOrder, ExplainTrouble, LinkLine } from '../../domain/link.js';
import { errorText } from '../record/error-text.cjs';
import { sendLines, wakeLauncher } from '../record/transport.cjs';
import { applyInRequest } from '../request/context.cjs';
import { state } from '../run-config.cjs';

type Answer = Extract<LinkLine, { t: 'answer' }>;
type Row = Record<string, unknown>;

/** A connection that was taken to ask on. */
export interface BorrowedConnection {
  ask(sql: string, values: unknown, answered: (error: unknown, rows: unknown) => void): void;
  /** Gives it back, or ends it: it is `broken` when nobody knows what state it is in. */
  release(broken: boolean): void;
}

/** How the connections of a library are had. */
export interface ConnectionSource {
  /** Takes a connection of a pool, or makes one like a connection that is in no pool. */
  take(owner: object, taken: (error: unknown, connection?: BorrowedConnection) => void): void;
  /** Answers which database the pool or connection leads to. */
  place(owner: object): string;
  /** Answers whether the app has closed it. */
  closed(owner: object): boolean;
  /** The property of a connection that has the server's id of it, once it is connected. */
  id: string;
}

interface Known {
  library: string;
  source: ConnectionSource;
  connection: WeakRef<object>;
  /** The server's id; where it was not known yet it may be by now. */
  id: unknown;
  /** The pool, or the connection where it is in none: what the app has dropped is not kept for us. */
  owner: WeakRef<object>;
}

const MOST_KNOWN = 500;
const LARGEST_ANSWER = 4 * 1024 * 1024;

// Taken once: an app's fake clock does not stop ours.
const { setTimeout: after, clearTimeout: stop } = globalThis;
const seen = new WeakSet<object>();
let known: Known[] = [];

/** Notes, once for each connection, to which pool it belongs. */
export function rememberConnection(
  { library, connections: source }: { library: string; connections?: ConnectionSource },
  connection: object,
  pool?: object | null,
): void {
  if (typeof connection !== 'object' || connection === null || seen.has(connection) || source === undefined)
    return;
  seen.add(connection);
  if (known.length >= MOST_KNOWN) known = known.filter(({ owner }) => owner.deref()).slice(-MOST_KNOWN / 2);
  const id = Reflect.get(connection, source.id);
  const owner = new WeakRef(pool ?? connection);
  known.push({ library, source, id, owner, connection: new WeakRef(connection) });
}

/** Does what the launcher asks, and sends it the answer. */
export function runExplainOrder(order: ExplainOrder): void {
  let over = false;
  const tell = (said: Omit<Answer, 't' | 'n'>) => {
    if (over) return;
    over = true;
    sendLines(`${lineOf(order, said)}\n`, false);
    wakeLauncher();
  };
  try {
    const { source, owner } = find(order);
    new Asking(order, source, owner, tell).start();
  } catch (error) {
    if (error instanceof Unknown) tell({ trouble: error.trouble });
    else tell({ trouble: 'refused', message: errorText(error) });
  }
}

/** Parsers of the app may have made anything of what the database said. */
function lineOf({ n }: ExplainOrder, said: Omit<Answer, 't' | 'n'>): string {
  const whole = (answer: object) =>
    JSON.stringify({ t: 'answer', n, ...answer }, (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  try {
    const line = whole(said);
    if (line.length <= LARGEST_ANSWER) return line;
    return whole({ trouble: 'refused', message: 'the answer is too long' });
  } catch (error) {
    return whole({ trouble: 'refused', message: errorText(error) });
  }
}

class Unknown extends Error {
  readonly trouble: ExplainTrouble;

  constructor(trouble: ExplainTrouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** Answers the pool that the connection belonged to; where that is gone, one of the only database there is. */
function find({ library, connection }: ExplainOrder): { source: ConnectionSource; owner: object } {
  const living = known.flatMap((one) => {
    const owner = one.library === library ? one.owner.deref() : undefined;
    return owner === undefined ? [] : [{ known: one, source: one.source, owner }];
  });
  // Newest first: the server gives a number again.
  living.reverse();
  const idOf = ({ id, connection: one, source }: Known) => id ?? Reflect.get(one.deref() ?? {}, source.id);
  const same = connection === undefined ? undefined : living.find((one) => idOf(one.known) === connection);
  if (same !== undefined) return same;
  const open = living.filter(({ source, owner }) => !source.closed(owner));
  const [first] = open;
  if (first === undefined) throw new Unknown('unseen');
  const places = new Set(open.map(({ source, owner }) => source.place(owner)));
  if (places.size > 1) throw new Unknown('several');
  return first;
}

/** One order on its way: a connection is taken, asked one statement after the other, and given back. */
class Asking {
  #order: ExplainOrder;
  #source: ConnectionSource;
  #owner: object;
  #tell: (said: Omit<Answer, 't' | 'n'>) => void;
  #patience: NodeJS.Timeout | undefined;
  #over = false;

  constructor(
    order: ExplainOrder,
    source: ConnectionSource,
    owner: object,
    tell: (said: Omit<Answer, 't' | 'n'>) => void,
  ) {
    this.#order = order;
    this.#source = source;
    this.#owner = owner;
    this.#tell = tell;
  }

  start(): void {
    this.#wait(() => this.#end({ trouble: 'busy' }));
    unseen(() =>
      this.#source.take(this.#owner, (error, connection) => {
        if (this.#over) return connection && give(connection, false);
        if (connection === undefined) return this.#end({ trouble: 'refused', message: errorText(error) });
        this.#run(connection);
      }),
    );
  }

  /** Once a connection is there `after` is run whatever happens before it. */
  #run(connection: BorrowedConnection): void {
    const { before, ask, after } = this.#order;
    const rows: Row[][] = [];
    let trouble: string | undefined;
    const steps = [...before, ...ask].map((one) => (typeof one === 'string' ? { sql: one } : one));
    const leave = (broken: boolean) => {
      if (this.#over) return;
      give(connection, broken);
      this.#end(trouble === undefined ? { rows } : { trouble: 'refused', message: trouble });
    };
    this.#wait(() => {
      if (this.#over) return;
      give(connection, true);
      this.#end({ trouble: 'slow' });
    });
    const restore = (n: number): void => {
      if (n === after.length) return leave(false);
      this.#ask(connection, { sql: after[n]! }, (error) => (error ? leave(true) : restore(n + 1)));
    };
    const step = (n: number): void => {
      if (n === steps.length) return restore(0);
      this.#ask(connection, steps[n]!, (error, given) => {
        if (error) trouble = errorText(error);
        else if (n >= before.length) rows.push(rowsOf(given));
        if (error) restore(0);
        else step(n + 1);
      });
    };
    step(0);
  }

  #ask(
    connection: BorrowedConnection,
    { sql, values }: ExplainOrder['ask'][number],
    answered: (error: unknown, rows?: unknown) => void,
  ): void {
    try {
      unseen(() =>
        connection.ask(sql, revived(values), (error, rows) => {
          if (!this.#over) answered(error, rows);
        }),
      );
    } catch (error) {
      answered(error ?? 'refused');
    }
  }

  #wait(over: () => void): void {
    stop(this.#patience);
    this.#patience = after(over, this.#order.patience);
    this.#patience.unref();
  }

  #end(said: Omit<Answer, 't' | 'n'>): void {
    this.#over = true;
    stop(this.#patience);
    this.#tell(said);
  }
}

/** A driver that will not have it back is no reason to end the app. */
function give(connection: BorrowedConnection, broken: boolean): void {
  try {
    unseen(() => connection.release(broken));
  } catch {
    // It has been closed meanwhile.
  }
}

/** What is called meanwhile takes the original path: it is neither recorded nor anybody's request. */
function unseen(work: () => void): void {
  const { recording } = state;
  state.recording = 'off';
  try {
    applyInRequest(undefined, work, undefined, []);
  } finally {
    state.recording = recording;
  }
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  const { bytes, ...rest } = value as { bytes?: unknown };
  if (typeof bytes === 'string' && Object.keys(rest).length === 0) return Buffer.from(bytes, 'hex');
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revived(one)]));
}

function rowsOf(given: unknown): Row[] {
  return Array.isArray(given) ? given : [];
}

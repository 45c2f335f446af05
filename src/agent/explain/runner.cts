/** Runs EXPLAIN orders of the launcher on a connection of the app's own pool, unrecorded. */

import type { ExplainOrder, ExplainTrouble, LinkLine } from '../../domain/link.js';
import { digestRows } from '../../domain/row-digest.cjs';
import { errorText } from '../record/error-text.cjs';
import { sendLines, wakeLauncher } from '../record/transport.cjs';
import { applyInRequest } from '../request/context.cjs';
import { now } from '../request/traced-request.cjs';
import { state } from '../run-config.cjs';

type Reply = Extract<LinkLine, { t: 'answer' }>;
type Row = Record<string, unknown>;

/** A statement to run on a borrowed connection. */
export interface ConnectionQuery {
  sql: string;
  values?: unknown;
  exact: boolean;
}

/** A connection acquired to run EXPLAIN on. */
export interface BorrowedConnection {
  /** `exact`: the rows are arrays, where the driver has them, of cells as the server wrote them. */
  query(query: ConnectionQuery, onReply: (error: unknown, rows?: unknown, columns?: string[]) => void): void;
  /** Returns it to its pool, or ends it; `broken` if its state is unknown. */
  release(broken: boolean): void;
}

/** Access to the connections of a library. */
export interface ConnectionSource {
  /** Acquires a connection of a pool, or creates a copy of a connection that is in no pool. */
  acquire(owner: object, callback: (error: unknown, connection?: BorrowedConnection) => void): void;
  /** Key of the database that a pool or connection leads to. */
  databaseKey(owner: object): string;
  /** True if the app has closed it. */
  isClosed(owner: object): boolean;
  /** Id of a connection on its server, once connected; of SQLite the number of its database. */
  idOf(connection: object): unknown;
}

interface KnownConnection {
  library: string;
  source: ConnectionSource;
  connection: WeakRef<object>;
  /** Id on the server, if it was known when the connection was remembered. */
  id: unknown;
  /** The pool, or the connection if it is in none; weak, so that the app can drop it. */
  owner: WeakRef<object>;
}

const MAX_KNOWN = 500;
const MAX_REPLY_LENGTH = 4 * 1024 * 1024;

// Captured at load, so that fake timers of the app do not replace them.
const { setTimeout, clearTimeout } = globalThis;
const remembered = new WeakSet<object>();
let knownConnections: KnownConnection[] = [];

/** Remembers to which pool a connection belongs, once per connection. */
export function rememberConnection(
  { library, connections: source }: { library: string; connections?: ConnectionSource },
  connection: object,
  pool?: object | null,
): void {
  if (
    typeof connection !== 'object' ||
    connection === null ||
    remembered.has(connection) ||
    source === undefined
  )
    return;
  remembered.add(connection);
  if (knownConnections.length >= MAX_KNOWN)
    knownConnections = knownConnections.filter(({ owner }) => owner.deref()).slice(-MAX_KNOWN / 2);
  const id = source.idOf(connection);
  const owner = new WeakRef(pool ?? connection);
  knownConnections.push({ library, source, id, owner, connection: new WeakRef(connection) });
}

/** Runs an EXPLAIN order and sends the reply to the launcher. Never throws. */
export function runExplainOrder(order: ExplainOrder): void {
  let sent = false;
  const sendReply = (reply: Omit<Reply, 't' | 'n'>) => {
    if (sent) return;
    sent = true;
    sendLines(`${formatReply(order, reply)}\n`, false);
    wakeLauncher();
  };
  try {
    const { source, owner } = findOwner(order);
    new ExplainRun(order, source, owner, sendReply).start();
  } catch (error) {
    if (error instanceof NoConnectionError) sendReply({ trouble: error.trouble });
    else sendReply({ trouble: 'refused', message: errorText(error) });
  }
}

/** Line of a reply; type parsers of the app may return values that JSON.stringify rejects. */
function formatReply({ n }: ExplainOrder, reply: Omit<Reply, 't' | 'n'>): string {
  const format = (fields: object) =>
    JSON.stringify({ t: 'answer', n, ...fields }, (_, value) =>
      typeof value === 'bigint' ? String(value) : value,
    );
  try {
    const line = format(reply);
    if (line.length <= MAX_REPLY_LENGTH) return line;
    return format({ trouble: 'refused', message: 'the answer is too long' });
  } catch (error) {
    return format({ trouble: 'refused', message: errorText(error) });
  }
}

class NoConnectionError extends Error {
  readonly trouble: ExplainTrouble;

  constructor(trouble: ExplainTrouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/**
 * The pool of the connection; if that is gone, one of the same library if all lead to one database.
 * Throws a NoConnectionError if there is none, or several databases.
 */
function findOwner({ library, connection }: ExplainOrder): { source: ConnectionSource; owner: object } {
  const candidates = knownConnections.flatMap((known) => {
    const owner = known.library === library ? known.owner.deref() : undefined;
    return owner === undefined ? [] : [{ known, source: known.source, owner }];
  });
  // Newest first, because servers reuse ids.
  candidates.reverse();
  const idOf = ({ id, connection: ref, source }: KnownConnection) => id ?? source.idOf(ref.deref() ?? {});
  const same =
    connection === undefined ? undefined : candidates.find(({ known }) => idOf(known) === connection);
  if (same !== undefined) return same;
  const open = candidates.filter(({ source, owner }) => !source.isClosed(owner));
  const [first] = open;
  if (first === undefined) throw new NoConnectionError('unseen');
  const databases = new Set(open.map(({ source, owner }) => source.databaseKey(owner)));
  if (databases.size > 1) throw new NoConnectionError('several');
  return first;
}

/** Run of one order: acquires a connection, runs the statements in sequence, and releases it. */
class ExplainRun {
  #order: ExplainOrder;
  #source: ConnectionSource;
  #owner: object;
  #sendReply: (reply: Omit<Reply, 't' | 'n'>) => void;
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(
    order: ExplainOrder,
    source: ConnectionSource,
    owner: object,
    sendReply: (reply: Omit<Reply, 't' | 'n'>) => void,
  ) {
    this.#order = order;
    this.#source = source;
    this.#owner = owner;
    this.#sendReply = sendReply;
  }

  start(): void {
    this.#startTimer(() => this.#end({ trouble: 'busy' }));
    unrecorded(() =>
      this.#source.acquire(this.#owner, (error, connection) => {
        if (this.#ended) return connection && releaseConnection(connection, false);
        if (connection === undefined) return this.#end({ trouble: 'refused', message: errorText(error) });
        this.#run(connection);
      }),
    );
  }

  /** Runs `before`, `ask` and always `after`, and replies with the rows of `ask`. */
  #run(connection: BorrowedConnection): void {
    const { before, ask, after } = this.#order;
    const rows: Row[][] = [];
    let trouble: string | undefined;
    const steps = [...before, ...ask].map((item) => (typeof item === 'string' ? { sql: item } : item));
    const finish = (broken: boolean) => {
      if (this.#ended) return;
      releaseConnection(connection, broken);
      this.#end(trouble === undefined ? { rows } : { trouble: 'refused', message: trouble });
    };
    this.#startTimer(() => {
      if (this.#ended) return;
      releaseConnection(connection, true);
      this.#end({ trouble: 'slow' });
    });
    const runAfter = (n: number): void => {
      if (n === after.length) return finish(false);
      this.#query(connection, { sql: after[n]! }, (error) => (error ? finish(true) : runAfter(n + 1)));
    };
    const runStep = (n: number): void => {
      if (n === steps.length) return runAfter(0);
      this.#query(connection, steps[n]!, (error, result) => {
        if (error) trouble = errorText(error);
        else if (n >= before.length) rows.push(result ?? []);
        if (error) runAfter(0);
        else runStep(n + 1);
      });
    };
    runStep(0);
  }

  #query(
    connection: BorrowedConnection,
    { sql, values, digest }: ExplainOrder['ask'][number],
    onReply: (error: unknown, rows?: Row[]) => void,
  ): void {
    const began = now();
    const query = { sql, values: parseValue(values), exact: digest !== undefined };
    try {
      unrecorded(() =>
        connection.query(query, (error, result, columns = []) => {
          if (this.#ended) return;
          const rows: Row[] = Array.isArray(result) ? result : [];
          if (error || digest === undefined) return onReply(error, rows);
          let digested: Row[];
          try {
            digested = [{ ...digestRows(rows, columns, digest, now() - began) }];
          } catch (failure) {
            // Here it would be an error of the app's own, in a callback of its driver.
            return onReply(failure ?? 'refused');
          }
          onReply(undefined, digested);
        }),
      );
    } catch (error) {
      onReply(error ?? 'refused');
    }
  }

  #startTimer(onTimeout: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onTimeout, this.#order.patience);
    this.#timer.unref();
  }

  #end(reply: Omit<Reply, 't' | 'n'>): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#sendReply(reply);
  }
}

/** Releases a connection; a driver that throws must not end the app. */
function releaseConnection(connection: BorrowedConnection, broken: boolean): void {
  try {
    unrecorded(() => connection.release(broken));
  } catch {
    // The connection was closed meanwhile.
  }
}

/** Runs `work` outside any request and with recording off, so that its queries are not recorded. */
function unrecorded(work: () => void): void {
  const { recording } = state;
  state.recording = 'off';
  try {
    applyInRequest(undefined, work, undefined, []);
  } finally {
    state.recording = recording;
  }
}

function parseValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(parseValue);
  if (typeof value !== 'object' || value === null) return value;
  const { bytes, ...rest } = value as { bytes?: unknown };
  if (typeof bytes === 'string' && Object.keys(rest).length === 0) return Buffer.from(bytes, 'hex');
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, parseValue(item)]));
}

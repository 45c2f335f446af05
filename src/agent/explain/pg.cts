/** Access of EXPLAIN orders to connections of pg: one of a pool, or a copy of a client. */

import { toJson } from '../record/to-json.cjs';
import type { BorrowedConnection, ConnectionSource } from './runner.cjs';

type ResultCallback = (error: unknown, result?: { rows?: unknown; fields?: { name: string }[] }) => void;
interface Client {
  connectionParameters: Record<string, unknown>;
  /** Not enumerable in pg. */
  password?: unknown;
  ssl?: unknown;
  _ending?: boolean;
  query(config: object, callback: ResultCallback): void;
  connect(callback: (error: unknown) => void): void;
  end(callback: () => void): void;
  on(type: 'error', listener: () => void): void;
  off(type: 'error', listener: () => void): void;
}
interface Pool {
  options: Record<string, unknown>;
  connect(callback: (error: unknown, client?: Client, release?: (broken: boolean) => void) => void): void;
  newClient: Function;
  ending?: boolean;
}

const DATABASE_FIELDS = ['host', 'port', 'database', 'user'];
// More rows than any plan has: with a row limit, too, the driver uses the extended protocol.
const MAX_ROWS = 100_000;

/** Parsers of types that leave each cell as the server wrote it. */
const AS_TEXT = { getTypeParser: () => (text: unknown) => text };

export const pgConnections: ConnectionSource = {
  idOf: (connection) => Reflect.get(connection, 'processID'),
  acquire(owner, callback) {
    if ('newClient' in owner) {
      (owner as Pool).connect((error, client, release) => {
        if (error || client === undefined) callback(error ?? 'no client');
        else
          callback(
            undefined,
            borrowed(client, (broken) => release!(broken)),
          );
      });
      return;
    }
    const client = copyOf(owner as Client);
    client.connect((error) => {
      const end = () => client.end(() => {});
      if (error) end();
      callback(error, error ? undefined : borrowed(client, end));
    });
  },
  isClosed: (owner) => (owner as Pool).ending === true || (owner as Client)._ending === true,
  databaseKey(owner) {
    const config = 'newClient' in owner ? (owner as Pool).options : (owner as Client).connectionParameters;
    return toJson([config.connectionString, ...DATABASE_FIELDS.map((name) => config[name])]);
  },
};

/** A new client with the same database, user and options. */
function copyOf(client: Client): Client {
  const Class = client.constructor as new (config: object) => Client;
  const { connectionParameters, password, ssl } = client;
  const fields = Object.fromEntries(
    [...DATABASE_FIELDS, 'options'].map((name) => [name, connectionParameters[name]]),
  );
  const copy = new Class({ ...fields, password, ssl });
  copy.on('error', ignore);
  return copy;
}

function ignore(): void {}

/**
 * Options for the extended protocol, which accepts only one statement. The driver uses it where there
 * are values; else newer versions take `queryMode`, and older ones a row limit. Only the oldest send a
 * Sync after an error of such a query: pg 8.23 would wait for ever.
 */
function extendedProtocol(client: Client, values: unknown[]): object {
  if (values.length > 0) return { values };
  const mode = { values, queryMode: 'extended' };
  const { Query } = client.constructor as {
    Query?: new (config: object) => { requiresPreparation?(): boolean };
  };
  const isKnown = Query !== undefined && new Query({ text: '', ...mode }).requiresPreparation?.() === true;
  return isKnown ? mode : { values, rows: MAX_ROWS };
}

/** Listens to `error`, because a pool does not listen to clients that are out. */
function borrowed(client: Client, release: (broken: boolean) => void): BorrowedConnection {
  client.on('error', ignore);
  return {
    query({ sql: text, values, exact }, onReply) {
      const config = {
        text,
        ...(Array.isArray(values) && extendedProtocol(client, values)),
        ...(exact && { rowMode: 'array', types: AS_TEXT }),
      };
      client.query(config, (error, result) =>
        onReply(
          error,
          result?.rows,
          result?.fields?.map(({ name }) => name),
        ),
      );
    },
    release(broken) {
      // A broken client may still emit an error, so its listener stays.
      if (!broken) client.off('error', ignore);
      release(broken);
    },
  };
}

/** Connections of pg to ask on: of a pg-pool, or one like a client's. */

import type { BorrowedConnection, ConnectionSource } from './runner.cjs';

type Answered = (error: unknown, result?: { rows?: unknown }) => void;
interface Client {
  connectionParameters: Record<string, unknown>;
  /** Not enumerable, as the driver has it. */
  password?: unknown;
  ssl?: unknown;
  _ending?: boolean;
  query(config: object, answered: Answered): void;
  connect(connected: (error: unknown) => void): void;
  end(ended: () => void): void;
  on(type: 'error', listener: () => void): void;
  off(type: 'error', listener: () => void): void;
}
interface Pool {
  options: Record<string, unknown>;
  connect(connected: (error: unknown, client?: Client, release?: (broken: boolean) => void) => void): void;
  newClient: Function;
  ending?: boolean;
}

const NAMES = ['host', 'port', 'database', 'user'];
// No portal holds that many, and with a number of them the driver speaks the protocol that takes one statement at a time.
const ROWS = 100_000;

export const pgConnections: ConnectionSource = {
  id: 'processID',
  take(owner, taken) {
    if ('newClient' in owner) {
      (owner as Pool).connect((error, client, release) => {
        if (error || client === undefined) taken(error ?? 'no client');
        else
          taken(
            undefined,
            holding(client, (broken) => release!(broken)),
          );
      });
      return;
    }
    const client = twin(owner as Client);
    client.connect((error) => {
      const end = () => client.end(() => {});
      if (error) end();
      taken(error, error ? undefined : holding(client, end));
    });
  },
  closed: (owner) => (owner as Pool).ending === true || (owner as Client)._ending === true,
  place(owner) {
    const from = 'newClient' in owner ? (owner as Pool).options : (owner as Client).connectionParameters;
    return JSON.stringify([from.connectionString, ...NAMES.map((name) => from[name])]);
  },
};

/** Answers a client that leads where that one does. */
function twin(client: Client): Client {
  const Class = client.constructor as new (config: object) => Client;
  const { connectionParameters: from, password, ssl } = client;
  const named = Object.fromEntries([...NAMES, 'options'].map((name) => [name, from[name]]));
  const own = new Class({ ...named, password, ssl });
  own.on('error', ignore);
  return own;
}

function ignore(): void {}

/** A client that is lost while it is held emits an error, which the pool does not listen to then. */
function holding(client: Client, release: (broken: boolean) => void): BorrowedConnection {
  client.on('error', ignore);
  return {
    ask(text, values, answered) {
      const config = Array.isArray(values) ? { text, values, rows: ROWS } : { text };
      client.query(config, (error, result) => answered(error, result?.rows));
    },
    release(broken) {
      // Thrown away, it may still break; a listener that stays is on nobody's client.
      if (!broken) client.off('error', ignore);
      release(broken);
    },
  };
}

/** Instrument of better-sqlite3: statements and exec, which block the event loop. */

import { replaceMethod } from '../call/wrap.cjs';
import { sqliteConnections } from '../explain/sqlite.cjs';
import type { Instrument } from './instrument.cjs';
import {
  describeSqlite,
  patchStatement,
  type SqliteDriver,
  wrapBind,
  wrapPrepare,
  wrapTimed,
} from './shared/sqlite.cjs';

type Database = { name?: unknown; memory?: unknown };

export const betterSqlite3: Instrument = {
  library: 'better-sqlite3',
  versions: '>=11 <13',
  kind: 'sql',
  dialect: 'sqlite',
  explain: 'sqlite',
  connections: sqliteConnections,
  channel: 'scooby:better-sqlite3',
  describe: (call) => describeSqlite(driver, call),
  files: {
    'better-sqlite3/lib/database.js': ({ prototype }: { prototype: object }) => {
      // The native class of statements is not exported: it is reached by way of one.
      replaceMethod(prototype, 'prepare', (original) =>
        wrapPrepare(driver, original, (statement) => {
          const prototype = Object.getPrototypeOf(statement) as object;
          patchStatement(driver, prototype);
          replaceMethod(prototype, 'bind', (bind) => wrapBind(driver, bind));
        }),
      );
      replaceMethod(prototype, 'exec', (original) => wrapTimed(driver, original, () => undefined));
    },
  },
};

const driver: SqliteDriver = {
  instrument: betterSqlite3,
  sourceOf(self) {
    // The native class has a property for it.
    const { source } = self as { source?: unknown };
    return typeof source === 'string' ? source : undefined;
  },
  databaseOf: (statement) => (statement as { database?: object }).database,
  nameOf(database) {
    const { name, memory } = database as Database;
    return { name: String(name), isMemory: Boolean(memory) };
  },
};

/** PostgreSQL for development: PGlite in memory, filled with data, serving the wire protocol to a pool of one. */

import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const db = await PGlite.create();
await db.exec(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));

// PGlite's server mixes up concurrent messages of several connections. A second connection must still be
// accepted: after an error pg opens another connection before the old one is closed.
const port = Number(process.env.PGPORT ?? 0);
const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port, maxConnections: 10 });
await server.start();
console.log(`postgres://postgres@${server.getServerConn()}/postgres`);

// Exits with its parent process.
process.on('disconnect', () => process.exit());

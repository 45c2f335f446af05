/** A PostgreSQL for development: PGlite, in memory, filled with data, serving the real protocol to one connection at a time. */

import { readFile } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';

const db = await PGlite.create();
await db.exec(await readFile(new URL('schema.sql', import.meta.url), 'utf8'));

const server = new PGLiteSocketServer({ db, host: '127.0.0.1', port: Number(process.env.PGPORT ?? 0) });
await server.start();
console.log(`postgres://postgres@${server.getServerConn()}/postgres`);

// Started by another program, it ends with it.
process.on('disconnect', () => process.exit());

/**
 * Express app: `/queries/:count` runs that many queries, `/cpu` returns the CPU time of the
 * process.
 */

const { createRequire } = require('node:module');

// Packages of the tests.
const requirePackage = createRequire(`${__dirname}/../../test/fixtures/package.json`);
const express = requirePackage('express');
const { Pool } = requirePackage('pg');

const pool = new Pool({ connectionString: process.env.BENCH_POSTGRES, max: 10 });
const app = express();

app.get('/queries/:count', async (req, res) => {
  const rows = [];
  for (let i = 0; i < Number(req.params.count); i++) {
    const result = await pool.query('select id, name, price from products where id = $1', [i + 1]);
    rows.push(result.rows[0]);
  }
  res.json(rows);
});

app.get('/cpu', (_req, res) => {
  res.json(process.cpuUsage());
});

process.on('SIGINT', () => process.exit(0));
const server = app.listen(0, '127.0.0.1', () => {
  process.send?.(server.address().port);
  process.stdout.write(`port ${server.address().port} ${process.version}\n`);
});

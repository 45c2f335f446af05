// The app under test: plain node:http with pg; nothing in it knows of any profiler. GET /hello, GET /q/<n>: n queries one after the other.
const http = require('node:http');
const { Pool } = require('pg');

const pool = new Pool({ connectionString: process.env.DATABASE, max: 10 });

async function work(n) {
  const rows = [];
  for (let i = 1; i <= n; i++)
    rows.push((await pool.query('select * from users where id = $1', [i])).rows[0]);
  return rows;
}

const server = http.createServer(async (req, res) => {
  const n = req.url.startsWith('/q/') ? Number(req.url.slice(3)) : 0;
  const body = n > 0 ? await work(n) : { hello: 'world' };
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify(body));
});

process.on('SIGTERM', () => process.exit(0));
void (async () => {
  await pool.query('create table if not exists users(id int primary key, name text)');
  await pool.query(
    "insert into users select i, 'user '||i from generate_series(1,100) i on conflict do nothing",
  );
  server.listen(0, '127.0.0.1', () => {
    const rss = Math.round(process.memoryUsage.rss() / 1048576);
    console.log(
      `READY ${server.address().port} ${Math.round(process.uptime() * 1000)} ${rss} ${process.pid}`,
    );
  });
})();

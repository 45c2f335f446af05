/** CPU time of fingerprints of 1 MB texts. Run after `npx tsc`: node bench/fingerprint.mjs */

import { computeFingerprint, operands } from '../dist/src/insight/sql/fingerprint.js';

const MEGABYTE = 1024 * 1024;
const fill = (unit) => unit.repeat(Math.ceil(MEGABYTE / unit.length)).slice(0, MEGABYTE);

const texts = {
  'an ordinary query, again and again': fill(
    "SELECT o.id, o.total FROM orders AS o JOIN users u ON u.id = o.user_id WHERE o.status = 'paid' AND o.id = $1 LIMIT 10;\n",
  ),
  'IN with many values': `SELECT * FROM t WHERE id IN (${fill('1,')}1)`,
  'INSERT of many rows': `INSERT INTO t (a, b) VALUES ${fill("(1, 'x'), ")}(1, 'x')`,
  'arms of UNION': fill('SELECT 1 UNION ALL '),
  'one string': `'${fill('x')}'`,
  'a string that never ends': `'${fill('x')}`,
  'words of one letter': fill('a '),
  'values outside of a list': fill('1,'),
  'open brackets': fill('('),
  'open lists': fill('in('),
  'brackets, open and closed': fill('(('.repeat(50) + '))'.repeat(50)),
  operators: fill('+-'),
  'question marks': fill('?'),
  dots: fill('a.'),
  quotes: fill('"'),
  dollars: fill('$a'),
  'open comments': fill('/*'),
  casts: fill('$1::int,'),
  nonsense: Array.from({ length: MEGABYTE }, (_, i) =>
    String.fromCharCode(32 + ((i * 7919 + (i >> 3) * 104729) % 95)),
  ).join(''),
};

let worst = 0;
for (const dialect of ['pg', 'mysql', 'sqlite']) {
  for (const [name, text] of Object.entries(texts)) {
    const times = [];
    for (let run = 0; run < 5; run++) {
      const start = process.cpuUsage();
      computeFingerprint(text, dialect);
      const { user, system } = process.cpuUsage(start);
      times.push((user + system) / 1000);
    }
    times.sort((a, b) => a - b);
    worst = Math.max(worst, times[2]);
    console.log(`${dialect.padEnd(7)}${name.padEnd(38)}${times[2].toFixed(1).padStart(7)} ms/MB`);
  }
}
console.log(`worst: ${worst.toFixed(1)} ms/MB, wanted: under 50`);

const query =
  'SELECT o.id, o.total FROM orders AS o WHERE o.user_id = $1 AND o.status IN ($2, $3) ORDER BY o.id LIMIT 10';
const start = process.cpuUsage();
for (let i = 0; i < 20_000; i++) computeFingerprint(query, 'pg');
console.log(
  `one ordinary query, uncached: ${(process.cpuUsage(start).user / 20_000).toFixed(1)} µs (${operands(query, 'pg').length} values)`,
);

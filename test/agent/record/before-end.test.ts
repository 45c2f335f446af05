/** What a busy turn has recorded is written before the process ends from within. */

import { test } from 'tap';
import { scooby } from '../../scooby.js';

const LINES = 100;

const APP = `
const { execFileSync } = require('node:child_process');
const ends = {
  '/exit': () => process.exit(4),
  '/really-exit': () => process.reallyExit(4),
  '/throw': () => { throw new Error('thrown at last'); },
  '/term': () => { process.kill(process.pid, 'SIGTERM'); for (;;); },
  '/kill': () => process.kill(process.pid, 'SIGKILL'),
  '/abort': () => process.abort(),
  '/child': () => execFileSync('kill', ['-9', String(process.pid)]),
};
require('node:http').createServer((req, res) => {
  // More than are written one by one: these wait for the end of the turn.
  for (let n = 1; n <= ${LINES}; n++) console.log('line', n);
  ends[req.url]();
}).listen(0, '127.0.0.1', () => console.log('own'));
`;

for (const [path, code] of Object.entries({
  '/exit': 4,
  '/really-exit': 4,
  '/throw': 1,
  '/term': 143,
  '/kill': 137,
  '/abort': 134,
  '/child': 137,
})) {
  test(`${path} in a busy turn: every line is there`, async (t) => {
    const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'] });
    t.equal((await run.ask(path)).status, 502);
    t.equal((await run.ended()).code, code);
    const trace = await run.trace(path);
    t.equal(trace.state, 'died');
    const logged = trace.spans.filter(({ kind }) => kind === 'log').map(({ name }) => name);
    t.same(
      logged,
      Array.from({ length: LINES }, (_, n) => `line ${n + 1}`),
    );
  });
}

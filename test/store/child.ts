/** Another process that uses the store, for tests: `node child.js <what> <path> [n]`. */

import { writeSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { openStore } from '../../src/store/open.js';
import { aSpan, aTrace } from '../factory.js';

const [what, path = '', n = '0'] = process.argv.slice(2);
const say = (line: string) => writeSync(1, `${line}\n`);

// Read the module's files now, while this user still may.
new Sqlite(':memory:').close();
if (what === 'stranger') process.setuid?.(65534);
if (process.env.TEST_UMASK) process.umask(Number(process.env.TEST_UMASK));

const store = await openStore({ db: path, cwd: process.cwd() }, (message) => say(`warning: ${message}`));
say(`place: ${store.place}`);

if (what === 'flood') {
  // Says an id once its trace is saved, until somebody kills it.
  for (;;) {
    const trace = aTrace({ spans: [aSpan(), aSpan()] });
    store.save(trace);
    say(trace.id);
  }
}
for (let saved = 0; saved < Number(n); saved++) {
  const trace = aTrace({ spans: [aSpan()] });
  store.save(trace);
  if (what === 'reading' && store.recent({}, 5).length === 0) say('nothing to read');
  say(trace.id);
}
if (what !== 'abandon') store.close();
else process.kill(process.pid, 'SIGKILL');

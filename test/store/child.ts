/** Another process that uses the store, for tests: `node child.js <what> <path> [n]`. */

import Sqlite from 'better-sqlite3';
import { openStore } from '../../src/store/open.js';
import { aSpan, aTrace } from '../factory.js';

const [what, path = '', n = '0'] = process.argv.slice(2);
const say = (line: string) => new Promise<void>((done) => process.stdout.write(`${line}\n`, () => done()));

// The module's files are read now, while this user has the right to.
new Sqlite(':memory:').close();
if (what === 'stranger') process.setuid?.(65534);

const store = await openStore({ db: path, cwd: process.cwd() }, (message) => say(`warning: ${message}`));
await say(`place: ${store.place}`);

if (what === 'flood') {
  // Prints each id once its trace is saved, until the process is killed.
  for (;;) {
    const trace = aTrace({ spans: [aSpan(), aSpan()] });
    store.saveAll([trace]);
    await say(trace.id);
  }
}
for (let saved = 0; saved < Number(n); saved++) {
  const trace = aTrace({ spans: [aSpan()] });
  store.saveAll([trace]);
  if (what === 'reading' && (await store.recent({}, 5)).length === 0) await say('nothing to read');
  await say(trace.id);
}
store.close();

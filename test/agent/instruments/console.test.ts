/** Under a debugger each line of the console is said to be the app's, and is recorded as without one. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { ask, runPlain, runRecorded } from '../app.js';

// A session of the app's own hears what a debugger would; `console.dir` has no channel of Node's.
const APP = `
const { Session, open, url } = require('node:inspector');
const { basename } = require('node:path');
const heard = [];
const listen = () => {
  const session = new Session();
  session.connect();
  session.post('Runtime.enable');
  session.on('Runtime.consoleAPICalled', ({ params: { type, stackTrace: { callFrames } } }) =>
    heard.push([type, basename(callFrames[0].url), callFrames[0].lineNumber + 1]));
  return session;
};
const server = require('node:http').createServer((req, res) => {
  if (url() === undefined) { open(0, '127.0.0.1'); console.log('once'); }
  const session = listen();
  console.log('a %d', 1);
  console.info('b');
  console.debug('c');
  console.warn('d');
  console.error('e');
  console.dir({ f: 1 });
  console.trace('g');
  console.table([1]);
  new console.Console(process.stdout).log('h');
  session.disconnect();
  require('node:inspector').close();
  res.end(JSON.stringify(heard));
  server.close();
}).listen(0, '127.0.0.1', () => process.stdout.write(JSON.stringify({ port: server.address().port }) + '\\n'));
`;

for (const flags of [['--inspect=127.0.0.1:0'], []]) {
  for (const node of await nodes()) {
    const how = flags.length > 0 ? 'from the start' : 'later';
    test(`a debugger ${how} on Node ${node.version}`, async (t) => {
      const script = join(t.testdir(), 'app.cjs');
      writeFileSync(script, APP);
      let body = '';
      const launch = {
        node: node.path,
        drive: async (url: string) => {
          ({ body } = await ask(url));
        },
      };
      const plain = await runPlain([...flags, script], launch);
      const expected = body;
      t.match(expected, /^\[\["log","app.cjs",16\],\["info","app.cjs",17\]/);
      const recorded = await runRecorded([...flags, script], launch);
      t.equal(body, expected);
      t.equal(recorded.stdout, plain.stdout);
      const isOld = node.version.startsWith('20.');
      const lines = recorded.traces[0]!.spans.map(({ name, detail, stack }) => [
        ...[name, detail?.level],
        stack.find(({ application }) => application)?.line,
      ]);
      t.same(flags.length > 0 ? lines : lines.slice(1), [
        ['a 1', 'info', 16],
        ['b', 'info', 17],
        ['c', isOld ? 'info' : 'debug', 18],
        ['d', isOld ? 'error' : 'warn', 19],
        ['e', 'error', 20],
        ['{ f: 1 }', 'info', 21],
        ['g', 'trace', 22],
        [lines.at(-2)![0], 'info', 23],
        ['h', 'info', 24],
      ]);
    });
  }
}

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { test } from 'tap';
import { guardFolder } from '../../src/launcher/folder-guard.js';
import { ask, scooby, until } from '../scooby.js';

const APP = `
const http = require('node:http');
http.createServer((req, res) => { console.log('seen ' + req.url); res.end(process.env.SCOOBY_RUN); })
  .listen(0, '127.0.0.1', () => console.log('listening'));
`;

test('a run folder that is deleted: it is said, connected and new processes are recorded', async (t) => {
  const run = scooby(t, { files: { 'app.cjs': APP }, command: ['app.cjs'] });
  const url = await run.url();
  const folder = (await ask(`${url}/before`)).body;
  rmSync(folder, { recursive: true, maxRetries: 5 });
  const restored = `scooby: ${folder} was deleted and is made anew; calls may be missing`;
  await until(() => run.stderr.includes(restored), 'the message');
  const files = readdirSync(folder).filter((name) => !/\.(?:learned|journal)$/.test(name));
  t.same(files.sort(), ['ctrl', 'link', 'recorded-run.json', 'run.json', 'scooby-launcher.json']);
  t.equal((await ask(`${url}/connected`)).body, folder);
  t.match((await run.trace('/connected')).spans, [{ kind: 'log', name: 'seen /connected' }]);
  t.match(JSON.parse(run.cli('list', '--json', '--limit', '1').stdout.split('\n')[0]!), {
    url: '/connected',
  });
  t.match((await run.stop()).stderr, restored);
  t.notOk(existsSync(folder));
});

test('a restarted app finds the folder that was made anew', async (t) => {
  const files = {
    'app.cjs': `
require('node:http').createServer((req, res) => {
  console.log('seen ' + req.url);
  res.end(process.pid + ' ' + process.env.SCOOBY_RUN);
  if (req.url === '/exit') res.on('close', () => process.exit());
}).listen(0, '127.0.0.1');`,
    'again.cjs': `
const start = () => require('node:child_process')
  .spawn(process.execPath, ['app.cjs'], { stdio: 'inherit' }).on('exit', start);
start();`,
  };
  const run = scooby(t, { files, command: ['again.cjs'] });
  const url = await run.url();
  const [first, folder] = (await ask(`${url}/first`)).body.split(' ') as [string, string];
  rmSync(folder, { recursive: true, maxRetries: 5 });
  await until(() => run.stderr.includes('is made anew'), 'the message');
  await ask(`${url}/exit`);
  let up = first;
  while (!/^\d+$/.test(up) || up === first) {
    up = (await ask(`${url}/up`)).body.split(' ')[0] ?? '';
  }
  t.same((await ask(`${url}/second`)).body.split(' '), [up, folder]);
  t.match((await run.trace('/second')).spans, [{ kind: 'log', name: 'seen /second' }]);
});

test('full, and never to be written again: said, tried on', async (t) => {
  const said: string[] = [];
  let state: 'ok' | 'missing' | 'full' = 'full';
  let restored = 0;
  const folder = {
    path: '/run/scooby-1',
    state: () => state,
    restore() {
      if (++restored < 2) throw Object.assign(new Error('no'), { code: 'ENOSPC' });
    },
  };
  let listening = 0;
  const listenAgain = async () => {
    listening++;
    state = 'ok';
  };
  const full: boolean[] = [];
  const stop = guardFolder({
    folder,
    listenAgain,
    full: (isFull) => void full.push(isFull),
    warn: (message) => void said.push(message),
  });
  await until(() => said.length > 0, 'the full disk');
  state = 'missing';
  await until(() => listening > 0, 'the sockets');
  stop();
  t.same([full[0], full.at(-1)], [true, false]);
  t.same(
    [...new Set(said)],
    [
      '/run/scooby-1 is on a full disk; calls are missing until it has room',
      '/run/scooby-1 was deleted and cannot be made anew (ENOSPC); new processes are not recorded',
      '/run/scooby-1 was deleted and is made anew; calls may be missing',
    ],
  );
});

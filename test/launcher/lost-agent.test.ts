/** An app that the agent does not reach: why, and that it is served all the same. */

import { test } from 'tap';
import { type LostAgentParts, LostAgentWatch } from '../../src/launcher/lost-agent.js';
import { ask, scooby } from '../scooby.js';

const APP = `
const server = require('node:http').createServer((req, res) => res.end('served'));
server.listen(0, '127.0.0.1', () => console.log('own ' + server.address().port));
`;

test('a script that takes the agent out: the cause, the remedy, and the page', async (t) => {
  const files = {
    'app.cjs': APP,
    'package.json': JSON.stringify({ scripts: { dev: 'NODE_OPTIONS=--no-warnings node app.cjs' } }),
  };
  const run = scooby(t, { files, command: ['npm', 'run', 'dev'] });
  const [, own] = await run.said(/^own (\d+)$/m);
  const url = await run.url();
  t.equal((await ask(`${url}/`)).body, 'served');
  t.match(
    run.stderr,
    'script "dev" of package.json sets NODE_OPTIONS itself, and so takes out the agent; write NODE_OPTIONS="$NODE_OPTIONS --no-warnings" there',
  );
  if (process.platform === 'linux')
    t.match(
      run.stderr,
      new RegExp(
        `process \\d+ \\(node app\\.cjs\\) listens on :${own} without scooby's agent: node app\\.cjs was started with another NODE_OPTIONS \\(--no-warnings\\) by sh -c`,
      ),
    );
  t.match(await run.trace('/'), { method: 'GET', status: 200, spans: [] });
});

test('a command that ends without a server: what is known of it is said', async (t) => {
  const files = {
    'package.json': JSON.stringify({ scripts: { dev: 'pm2 start app.js' } }),
    'node_modules/.bin/pm2': '#!/bin/sh\n',
  };
  const run = scooby(t, {
    files,
    command: ['sh', '-c', 'PATH=$PWD:$PATH; chmod +x node_modules/.bin/pm2; npm run dev'],
  });
  await run.ended();
  t.match(run.stderr, 'hands the app to the daemon of pm2, which goes on without scooby; use pm2-runtime');
});

test('said once, and not where the agent has connected', (t) => {
  const warnings: string[] = [];
  let connected = [1];
  const parts: LostAgentParts = {
    connected: () => connected,
    problems: () => ['a problem'],
    forward: () => {},
    exited: () => {},
    warn: (message) => warnings.push(message),
  };
  new LostAgentWatch(parts).end(undefined);
  t.same(warnings, []);
  connected = [];
  const watch = new LostAgentWatch(parts);
  watch.end(undefined);
  watch.end(undefined);
  t.same(warnings, ['a problem']);
  const heard = new LostAgentWatch(parts);
  heard.agentListens();
  heard.end(undefined);
  t.same(warnings, ['a problem']);
  t.end();
});

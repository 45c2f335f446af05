/** An app that the agent does not reach: why, and that it is served all the same. */

import { test } from 'tap';
import { type LostAgentParts, LostAgentWatch } from '../../src/launcher/lost-agent.js';
import { nodes } from '../nodes.js';
import { ask, project, scooby } from '../scooby.js';

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

for (const node of await nodes()) {
  const model = node.version.startsWith('20.') ? '--experimental-permission' : '--permission';
  const net = Number.parseInt(node.version, 10) >= 25 ? ['--allow-net'] : [];

  test(`${model} without --allow-fs-write: served, and the permission is named, Node ${node.version}`, async (t) => {
    const command = [node.path, model, ...net, '--allow-fs-read=*', 'app.cjs'];
    const run = scooby(t, { files: { 'app.cjs': APP }, command });
    t.equal((await run.ask('/')).body, 'served');
    t.match(
      run.stderr,
      /process \d+ \(node app\.cjs\) cannot write to .*: it is served, but its calls are not recorded\n/,
    );
    t.match(
      run.stderr,
      new RegExp(
        `node ${model} without what the agent needs to record; add --allow-fs-write=\\S+/scooby-\\*\\n`,
      ),
    );
  });
}

test('Node 20 with --experimental-permission, without the right to read the agent', async (t) => {
  const [node20] = (await nodes()).filter(({ version }) => version.startsWith('20.'));
  if (node20 === undefined) return void t.comment('no Node 20');
  const folder = project(t, { 'app.cjs': APP });
  const command = [node20.path, '--experimental-permission', `--allow-fs-read=${folder}/*`, 'app.cjs'];
  const run = scooby(t, { folder, command });
  t.equal((await run.ask('/')).body, 'served');
  t.match(run.stderr, /without what the agent needs to record; add --allow-fs-read=\S+agent\.cjs /);
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

/** A child that may not read the agent runs without it, as Node would end it otherwise. */

import { test } from 'tap';
import { nodesInTurn, scoobyFor } from '../../nodes.js';
import { bothWays } from '../../scooby.js';

const APP = `
const { execFileSync, execSync, fork, spawn, spawnSync } = require('node:child_process');
const { once } = require('node:events');
const folder = __dirname;
const model = ['--no-warnings', '--experimental-permission'];
const denied = [...model, '--allow-fs-read=' + folder + '/*'];
const child = folder + '/child.cjs';
const env = process.env.NODE_OPTIONS;
(async () => {
  for (const [how, options] of [['denied', denied], ['allowed', [...model, '--allow-fs-read=*']]]) {
    console.log(how, 'execFileSync', String(execFileSync(process.execPath, [...options, child])));
    console.log(how, 'spawnSync', String(spawnSync(process.execPath, [...options, child]).stdout));
    console.log(how, 'execSync', String(execSync([process.execPath, ...options, child].join(' '))));
    for (const start of [() => spawn(process.execPath, [...options, child]), () => fork(child, { execArgv: options, silent: true })]) {
      const running = start();
      let text = '';
      running.stdout.on('data', (data) => (text += data));
      const [code] = await once(running, 'close');
      console.log(how, start, code, text);
    }
  }
  console.log(process.env.NODE_OPTIONS === env);
})();
`;

const skip = !process.version.startsWith('v20.') && 'of Node 20 only';

test('children under the permission model, of every kind', { skip }, async (t) => {
  const files = { 'app.cjs': APP, 'child.cjs': "console.log('ran', process.argv.length);" };
  const ways = await bothWays(t, { files, command: ['app.cjs'] });
  t.match(ways.without.stdout, /^denied execFileSync ran 2\n(?:.*\n)*allowed(?:.*\n)*true\n$/);
  t.equal(ways.with.stdout, ways.without.stdout);
});

// A script may read what is preloaded there, code in an argument may not.
const WITH_CODE = `
const { execSync, spawnSync } = require('node:child_process');
const model = process.versions.node.startsWith('20.') ? '--experimental-permission' : '--permission';
const options = ['--no-warnings', model, '--allow-fs-read=/etc'];
for (const code of [['-e', 'console.log(1)'], ['-p', '2'], ['-pe', '3'], ['--eval=console.log(4)'], ['--print', '5']]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...options, ...code], { encoding: 'utf8' });
  console.log(status, stdout, stderr);
}
console.log(String(execSync([process.execPath, ...options, '-p', '6'].join(' '))));
`;

test('children under the permission model whose code is an argument', async (t) => {
  for (const node of await nodesInTurn(0)) {
    const launch = { files: { 'app.cjs': WITH_CODE }, command: ['app.cjs'], node: node.path };
    const ways = await bothWays(t, { ...launch, program: await scoobyFor(t, node) });
    t.match(ways.without.stdout, /^0 1\n \n0 2\n \n0 3\n \n0 4\n \n0 5\n \n6\n/, node.version);
    t.equal(ways.with.stdout, ways.without.stdout, node.version);
  }
});

const WITH_OWN_OPTIONS = `
const { spawnSync } = require('node:child_process');
const model = process.versions.node.startsWith('20.') ? '--experimental-permission' : '--permission';
const options = ['--no-warnings', model, '--allow-fs-read=' + __dirname + '/*', __dirname + '/child.cjs', '-p', '1'];
const { status, stdout } = spawnSync(process.execPath, options, { encoding: 'utf8' });
console.log(status, stdout);
`;

test('an option of a script’s own is no code', async (t) => {
  for (const node of await nodesInTurn(1)) {
    const child = "console.log(/scooby-/.test(process.env.NODE_OPTIONS ?? ''), ...process.argv.slice(2));";
    const files = { 'app.cjs': WITH_OWN_OPTIONS, 'child.cjs': child };
    const program = await scoobyFor(t, node);
    const ways = await bothWays(t, { files, command: ['app.cjs'], node: node.path, program });
    const hasAgent = !node.version.startsWith('20.');
    t.match(ways.without.stdout, /^0 false -p 1\n/, node.version);
    t.match(ways.with.stdout, hasAgent ? /^0 true -p 1\n/ : /^0 false -p 1\n/, node.version);
  }
});

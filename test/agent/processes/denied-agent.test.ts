/** A child that may not read the agent runs without it, as Node 20 would end it otherwise. */

import { test } from 'tap';
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

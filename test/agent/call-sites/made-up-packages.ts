/** Apps over made-up packages: minimal copies of how libraries are built, with a driver of their own. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import { ask, ROOT, runRecorded } from '../app.js';

const DRIVER = `exports.query = (sql) => new Promise((resolve) => setImmediate(resolve, [sql]));`;

const INSTRUMENT = `
const list = require(${JSON.stringify(join(ROOT, 'dist/src/agent/instruments/index.cjs'))});
const { beginCall, endCall } = require(${JSON.stringify(join(ROOT, 'dist/src/agent/call/call.cjs'))});
const { replaceMethod } = require(${JSON.stringify(join(ROOT, 'dist/src/agent/call/wrap.cjs'))});
const madeUp = {
  library: 'made-up', versions: '*', kind: 'sql', channel: 'scooby:made-up',
  describe: ({ args }) => ({ name: args[0] }),
  files: {
    'made-up/index.js': (exports) =>
      replaceMethod(exports, 'query', (original) => function query() {
        const call = beginCall(madeUp, query, this, arguments);
        if (call !== undefined) endCall(call);
        return Reflect.apply(original, this, arguments);
      }),
  },
};
list.instruments.push(madeUp);
`;

const SERVE = `
require('node:http').createServer(function (request, response) {
  if (request.url === '/end') this.close();
  Promise.resolve(forms[request.url.slice(1)]?.()).then(() => response.end(), (error) => response.end(String(error)));
}).listen(0, function () { console.log(JSON.stringify({ port: this.address().port })); });
`;

/**
 * SQL and line of the app of each call, in order, by form. `packages` are files by path below
 * node_modules; \`app\` defines \`forms\`, and the driver is \`made-up\`.
 */
export async function linesOfForms(
  t: Test,
  packages: Record<string, string>,
  app: string,
  forms: string[],
): Promise<Record<string, string[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-test-made-up-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const files = { ...packages, 'made-up/index.js': DRIVER };
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, 'node_modules', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    const [name] = path.split('/');
    writeFileSync(
      join(folder, 'node_modules', name!, 'package.json'),
      `{ "name": "${name}", "version": "1.0.0" }`,
    );
  }
  writeFileSync(join(folder, 'instrument.cjs'), INSTRUMENT);
  writeFileSync(join(folder, 'app.cjs'), app + SERVE);
  const { traces, stderr } = await runRecorded([join(folder, 'app.cjs')], {
    env: { NODE_OPTIONS: `--require ${join(folder, 'instrument.cjs')}` },
    drive: async (url) => {
      for (const form of forms) t.equal((await ask(`${url}/${form}`)).body, '', form);
      await ask(`${url}/end`);
    },
  });
  t.equal(stderr, '');
  const linesOf = (form: string) =>
    (traces.find(({ url }) => url === `/${form}`)?.spans ?? [])
      .filter(({ kind }) => kind === 'sql')
      .map(({ name, site }) => `${name} ${site?.replace(/^.*[\\/]/, '') ?? 'nowhere'}`);
  return Object.fromEntries(forms.map((form) => [form, linesOf(form)]));
}

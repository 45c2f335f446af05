/**
 * Spans of Node's modules: commands, blocking calls and logs; the app behaves as without the agent.
 */

import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runPlain, runRecorded } from '../app.js';

const FOLDER = join(ROOT, 'test/fixtures/http');

for (const node of await nodes()) {
  test(`the same with and without the agent, Node ${node.version}`, async (t) => {
    const args = [join(FOLDER, 'forms.cjs')];
    const drive = (url: string) => ask(url);
    const env = { PATH: process.env.PATH, NODE_OPTIONS: '' };
    const plain = await runPlain(args, { node: node.path, env, drive });
    const recorded = await runRecorded(args, { node: node.path, env, drive });
    t.match(plain.stdout, /unhandled fetch failed\n$/);
    t.equal(plain.code, 7);
    t.equal(recorded.stdout, plain.stdout);
    t.equal(recorded.stderr, plain.stderr);
    t.equal(recorded.code, plain.code);
    t.same(recorded.libraries, [], 'no patch failed');
  });

  test(`spans of Node's modules, Node ${node.version}`, async (t) => {
    const drive = async (url: string) => {
      await ask(`${url}/work`);
      await ask(`${url}/end`);
    };
    const { traces } = await runRecorded([join(FOLDER, 'work.cjs')], { node: node.path, drive });
    const { spans } = traces.find(({ url }) => url === '/work')!;
    // A file is read in less than the 5 ms that are recorded, but on a busy machine.
    const lasting = spans.filter(({ name }) => !name.startsWith('fs.readFileSync'));
    const plain = lasting.map(({ kind, name, detail, error, site }) => ({
      kind,
      name,
      detail: { ...detail, ...(detail?.pid !== undefined && { pid: 1 }) },
      ...(error !== undefined && { error }),
      site: site?.split('/').at(-1),
    }));
    t.same(plain, [
      {
        kind: 'process',
        name: 'exit 3',
        detail: { blocking: true },
        error: 'Command failed: exit 3',
        site: 'work.cjs:12',
      },
      {
        kind: 'process',
        name: 'echo --password=REDACTED TOKEN=REDACTED --token REDACTED ok',
        detail: { code: 0, pid: 1 },
        site: 'work.cjs:16',
      },
      {
        kind: 'process',
        name: '/does/not/exist',
        detail: {},
        error: 'spawn /does/not/exist ENOENT',
        site: 'work.cjs:17',
      },
      {
        kind: 'block',
        name: 'crypto.pbkdf2Sync',
        detail: { numbers: [40000, 64] },
        site: 'work.cjs:18',
      },
      {
        kind: 'log',
        name: 'user 7 {"name":"Ann","password":"REDACTED"} Error: no such user',
        detail: { level: 'warn', values: [{ name: 'Ann', password: 'REDACTED' }, 'Error: no such user'] },
        site: 'work.cjs:19',
      },
    ]);
  });
}

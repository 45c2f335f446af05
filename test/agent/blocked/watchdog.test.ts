/** What blocks the event loop is named while it does: function, line and request; others waited for it. */

import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type Node, nodes, nodesInTurn } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';

const HASHER = `exports.hashSync = (rounds) => {
  let hash = 7;
  for (let i = 0; i < rounds; i++) hash = (hash * 31 + i) % 1000003;
  return hash;
};
`;

/** Function and line of each kind, and what of its it is in, where that is known. */
const EXPECTED: Record<string, [line: number, callee?: string | RegExp]> = {
  buildCsv: [29, 'buildCsv'],
  validate: [35],
  sortRows: [41],
  mapRows: [47],
  readTotal: [54],
  hashChain: [67],
  login: [72, 'hasher.hashSync'],
  derive: [76, 'crypto.pbkdf2Sync'],
  load: [78, 'JSON.parse'],
  dump: [80, 'JSON.stringify'],
  later: [29, 'buildCsv'],
};

function makeApp(t: Test): string {
  const folder = t.testdir();
  const hasher = join(folder, 'node_modules/hasher');
  mkdirSync(hasher, { recursive: true });
  writeFileSync(join(hasher, 'index.js'), HASHER);
  writeFileSync(join(folder, 'hasher.cjs'), "module.exports = require('hasher');\n");
  cpSync(join(ROOT, 'test/fixtures/blocked/kinds.cjs'), join(folder, 'app.cjs'));
  return folder;
}

async function check(t: Test, node: Node): Promise<void> {
  const kinds = Object.keys(EXPECTED);
  const drive = async (url: string) => {
    await ask(`${url}/warm`);
    for (const kind of kinds) {
      const waits = Array.from({ length: 49 }, () => ask(`${url}/wait/${kind}`));
      await Promise.all([ask(`${url}/${kind}`), ...waits]);
    }
    await ask(`${url}/end`);
  };
  const { traces, code, stderr } = await runRecorded(['app.cjs'], {
    ...{ node: node.path, cwd: makeApp(t), drive, blocks: true },
  });
  t.equal(code, 0, 'the thread keeps no process');
  t.equal(stderr, '', 'and says nothing');
  for (const kind of kinds) {
    const { id, spans } = traces.find(({ url }) => url === `/${kind}`)!;
    const [line, name] = EXPECTED[kind]!;
    const block = spans.filter((span) => span.kind === 'block').at(-1);
    t.match(block, { site: new RegExp(`app.cjs:${line}$`), ...(name && { name }) }, kind);
    const waits = traces.filter(({ url }) => url === `/wait/${kind}`);
    t.equal(waits.length, 49);
    const named = waits.filter((trace) =>
      trace.spans.some((span) => {
        const { name, site, detail, duration = 0 } = span;
        const isSame = name === block?.name && site === block?.site && detail?.trace === id;
        return span.kind === 'blocked' && isSame && detail?.request === `GET /${kind}` && duration > 50;
      }),
    );
    t.equal(named.length, 49, `all wait for ${kind}`);
  }
}

for (const node of await nodes()) test(`blocks, Node ${node.version}`, (t) => check(t, node));

// The thread starts a moment after the server listens, and is kept from the app.
const STARTED = `const threads = () => require('node:fs').readdirSync('/proc/self/task').length;
const first = threads();
server.listen(0, () => {
  const timer = setInterval(() => {
    if (threads() === first) return;
    clearInterval(timer);
    console.log(JSON.stringify({ port: server.address().port }));
  }, 5);
});
`;

const FIRST = `const server = require('node:http').createServer((req, res) => {
  if (req.url === '/end') return res.end(() => process.exit());
  spin();
  res.end();
});
function spin() {
  const end = Date.now() + 2000;
  while (Date.now() < end) Math.sqrt(end);
}
${STARTED}`;

// Three requests that are there at once: the first blocks until the others have come.
const TURN = `const server = require('node:http').createServer((req, res) => {
  const ms = { '/long': 700, '/next': 250, '/third': 250 }[req.url];
  if (req.url === '/end') return res.end(() => process.exit());
  if (ms) spin(ms);
  res.end();
});
function spin(ms) {
  const { user } = process.cpuUsage();
  while (process.cpuUsage().user - user < ms * 1000);
}
${STARTED}`;

test('blocks of several requests in one turn are all named', async (t) => {
  const cwd = t.testdir({ 'app.cjs': TURN });
  const paths = ['/long', '/next', '/third'];
  const drive = async (url: string) => {
    const { port } = new URL(url);
    const sockets = await Promise.all(paths.map(() => connected(Number(port))));
    for (const [n, path] of paths.entries()) sockets[n]!.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await Promise.all(sockets.map((socket) => once(socket, 'data')));
    for (const socket of sockets) socket.destroy();
    await ask(`${url}/end`).catch(() => {});
  };
  const { traces } = await runRecorded(['app.cjs'], { cwd, drive, blocks: true });
  for (const path of paths) {
    const { spans } = traces.find(({ url }) => url === path)!;
    t.match(
      spans.filter(({ kind }) => kind === 'block'),
      [{ name: 'spin', site: /app\.cjs:9$/ }],
      path,
    );
  }
});

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

for (const node of await nodesInTurn(0)) {
  test(`a block in the first request, Node ${node.version}`, async (t) => {
    const cwd = t.testdir({ 'app.cjs': FIRST });
    const drive = async (url: string) => {
      await ask(`${url}/first`);
      await ask(`${url}/end`).catch(() => {});
    };
    const { traces } = await runRecorded(['app.cjs'], { node: node.path, cwd, drive, blocks: true });
    const { spans } = traces.find(({ url }) => url === '/first')!;
    t.match(spans, [{ kind: 'block', name: 'spin', site: /app\.cjs:8$/ }]);
  });
}

const COUNT = `const { readdirSync } = require('node:fs');
const threads = () => readdirSync('/proc/self/task').length;
const { startWatchdog } = require(${JSON.stringify(join(ROOT, 'dist/src/agent/blocked/watchdog.cjs'))});
const { openSession } = require(${JSON.stringify(join(ROOT, 'dist/src/agent/profile/profiler.cjs'))});
const before = threads();
startWatchdog();
const session = openSession();
console.log(threads() - before, typeof session === 'string' ? session : 'session');
process.exit();
`;
const NO_INSPECTOR = 'Node runs this process without an inspector';

const all = await nodes();
for (const node of new Set([all[0]!, all.at(-1)!])) {
  // Node aborts a process without an inspector as soon as a thread connects to it.
  test(`without an inspector no thread watches, Node ${node.version}`, async (t) => {
    const cwd = t.testdir({ 'count.cjs': COUNT, 'app.cjs': '' });
    const run = (...options: string[]) =>
      spawnSync(node.path, [...options, '--require', './count.cjs', 'app.cjs'], { cwd, encoding: 'utf8' });
    t.equal(run().stdout, '1 session\n');
    t.equal(run('--test').stdout, `0 ${NO_INSPECTOR}\n`);
  });
}

/** Every way to serve and to start an app: its requests are recorded, with lines of the sources. */

import { request as httpRequest } from 'node:http';
import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { type Test, test } from 'tap';
import { type Node, nodesInTurn } from '../nodes.js';
import { packageFile } from '../packages.js';
import { ROOT, runRecorded } from './app.js';

const FOLDER = 'test/fixtures/shapes';

type Ask = (url: URL, path: string) => Promise<unknown>;

const overHttp: Ask = ({ port }, path) =>
  new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, path, agent: false });
    request.on('response', (response) => response.resume().on('end', resolve));
    request.on('error', reject).end();
  });
const overHttps: Ask = ({ port }, path) =>
  new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path, agent: false as const, rejectUnauthorized: false };
    const request = httpsRequest(options);
    request.on('response', (response) => response.resume().on('end', resolve));
    request.on('error', reject).end();
  });
const overHttp2 =
  (protocol: string): Ask =>
  ({ port }, path) =>
    new Promise((resolve, reject) => {
      const session = connect(`${protocol}://127.0.0.1:${port}`, { rejectUnauthorized: false });
      session.on('error', reject).on('close', resolve);
      const stream = session.request({ ':path': path });
      stream
        .resume()
        .on('end', () => session.close())
        .on('error', reject)
        .end();
    });

interface Shape {
  name: string;
  args: string[];
  ask?: Ask;
  site: string;
  env?: Record<string, string>;
  /** Oldest major of Node that supports it. */
  since?: number;
}

const serving = (name: string, ask = overHttp, site = 22): Shape => ({
  name,
  args: ['servers.cjs', name],
  ask,
  site: `${FOLDER}/servers.cjs:${site}`,
});
const typed = (name: string, args: string[], more: Partial<Shape> = {}): Shape => ({
  name,
  args,
  site: `${FOLDER}/typed.ts:15`,
  ...more,
});

const SERVERS = 'servers.cjs';
const TYPED = 'typed.ts';
const NPM = process.env.npm_execpath ?? join(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js');
const AGAIN = { END_PARENT: '1' };
const SHAPES: Shape[] = [
  serving('http'),
  serving('https', overHttps),
  serving('h2', overHttp2('https')),
  { ...serving('h2', overHttps), name: 'h2 that allows HTTP/1.1' },
  serving('h2c', overHttp2('http')),
  serving('stream', overHttp2('http'), 29),
  serving('cluster'),
  serving('worker'),
  typed('tsx', [packageFile('tsx/dist/cli.mjs'), TYPED]),
  typed('--import tsx', ['--import', 'tsx', TYPED]),
  typed('ts-node', [packageFile('ts-node/dist/bin.js'), '-T', 'commonjs/typed.ts'], {
    env: { TS_NODE_COMPILER: 'typescript-5' },
    site: `${FOLDER}/commonjs/typed.ts:17`,
  }),
  typed('type stripping', ['--no-warnings', TYPED], { since: 22 }),
  typed('npm run dev', [NPM, 'run', '--silent', 'dev']),
  { ...serving('http'), name: 'node --watch', args: ['--watch', SERVERS, 'http'], env: AGAIN },
  {
    ...serving('http'),
    name: 'nodemon',
    args: [packageFile('nodemon/bin/nodemon.js'), '-q', SERVERS, 'http'],
    env: AGAIN,
  },
  typed('concurrently', [
    packageFile('concurrently/dist/bin/concurrently.js'),
    '--raw',
    `node --import tsx ${TYPED}`,
  ]),
];

async function check(t: Test, shape: Shape, node: Node): Promise<void> {
  const { args, ask = overHttp, site, env } = shape;
  const drive = async (url: string) => {
    await ask(new URL(url), '/first?n=1');
    // The app exits while it responds.
    await ask(new URL(url), '/end').catch(() => {});
  };
  const path = `${join(node.path, '..')}:${process.env.PATH}`;
  const { traces } = await runRecorded(args, {
    node: node.path,
    cwd: join(ROOT, FOLDER),
    drive,
    env: { PATH: path, ...env },
  });
  const first = traces.find(({ url }) => url === '/first?n=1');
  t.match(first, { method: 'GET', status: shape.name === 'stream' ? 201 : 200, state: 'done' });
  t.same(
    // On a busy machine a read of what compiles takes long enough to be a call of its own.
    first?.spans.filter(({ kind }) => kind !== 'block').map(({ kind, site }) => ({ kind, site })),
    [{ kind: 'log', site }],
  );
}

for (const [n, shape] of SHAPES.entries()) {
  for (const node of await nodesInTurn(n)) {
    if (Number.parseInt(node.version, 10) < (shape.since ?? 20)) continue;
    test(`${shape.name}, Node ${node.version}`, (t) => check(t, shape, node));
  }
}

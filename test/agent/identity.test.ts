/** An app behaves as without scooby: output, exit codes, globals, stacks, listeners, the wire. */

import { connect } from 'node:net';
import { type Test, test } from 'tap';
import { type Node, nodes, nodesInTurn, scoobyFor } from '../nodes.js';
import { bothWays, type Launch, plainly, project, scooby, until } from '../scooby.js';

const [own, ...others] = await nodes();

async function onNode(t: Test, node: Node, launch: Launch): Promise<Launch> {
  return { ...launch, node: node.path, program: await scoobyFor(t, node) };
}

const SCRIPTS: Record<string, Record<string, string>> = {
  'a throw while loading, three files deep': {
    'app.cjs': `require('./b.cjs');`,
    'b.cjs': `require('./c.cjs');`,
    'c.cjs': `throw new Error('while loading');`,
  },
  'a module that is not there': { 'app.cjs': `require('./b.cjs')`, 'b.cjs': `require('./missing.cjs');` },
  'a package that is not there': { 'app.cjs': `require('no-such-package')` },
  'a syntax error': { 'app.cjs': `require('./b.cjs')`, 'b.cjs': 'const = 1;' },
  'a throw in a timer': { 'app.cjs': `setTimeout(() => { throw new TypeError('later'); });` },
  'an unhandled rejection': { 'app.cjs': `Promise.reject(new Error('floating'));` },
  'an unhandled rejection of no error': { 'app.cjs': `Promise.reject(42);` },
  'a handler of uncaught exceptions': {
    'app.cjs': `
process.on('uncaughtException', (error) => { console.log(error.stack); process.exitCode = 5; });
setTimeout(() => { throw new Error('caught at last'); });
`,
  },
  'an exit code set': { 'app.cjs': `process.exitCode = 9; process.on('exit', (code) => console.log(code));` },
  'a warning': { 'app.cjs': `process.emitWarning('careful'); new Buffer(1);` },
  'a throw after pg was loaded': {
    'app.cjs': `require('pg'); require('./b.cjs')`,
    'b.cjs': `throw new Error('x')`,
  },
  'stacks of an own formatter': {
    'app.cjs': `
require('pg');
Error.prepareStackTrace = (error, sites) => sites.map((site) => site.getFileName());
console.log(new Error('x').stack, Error.stackTraceLimit);
`,
  },
  'a preload that throws in a child': {
    'app.cjs': `
const { spawnSync } = require('node:child_process');
const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', 'require("./b.cjs")'], { encoding: 'utf8' });
console.log(status, stdout, stderr);
`,
    'b.cjs': `throw new Error('in the child')`,
  },
};

for (const [n, [name, files]] of Object.entries(SCRIPTS).entries()) {
  test(`output and exit code are the same: ${name}`, async (t) => {
    for (const node of [own!, others[n % others.length] ?? []].flat()) {
      // Only the pid differs.
      const tidy = (text: string) => text.replace(/\(node:\d+\)/g, '(node:PID)');
      const ways = await bothWays(t, await onNode(t, node, { files, command: ['app.cjs'] }));
      t.equal(tidy(ways.with.stderr), tidy(ways.without.stderr), `stderr on ${node.version}`);
      t.equal(tidy(ways.with.stdout), tidy(ways.without.stdout), `stdout on ${node.version}`);
      t.same([ways.with.code, ways.with.signal], [ways.without.code, ways.without.signal], node.version);
    }
  });
}

test('an ESM app that throws or imports a missing export prints the same', async (t) => {
  const files = {
    'throws.mjs': `import pg from 'pg'; import './b.cjs'; console.log(typeof pg.Pool);`,
    'misses.mjs': `import { nothing } from './b.cjs';`,
    'b.cjs': `throw new Error('from ESM');`,
  };
  for (const node of await nodesInTurn(1)) {
    for (const app of ['throws.mjs', 'misses.mjs']) {
      const ways = await bothWays(t, await onNode(t, node, { files, command: [app] }));
      t.equal(ways.with.stderr, ways.without.stderr, `${app} on ${node.version}`);
      t.same([ways.with.code, ways.with.stdout], [ways.without.code, ways.without.stdout]);
    }
  }
});

const LOOKING = `
const http = require('node:http');
const own = (object) => Reflect.ownKeys(object).map(String).sort();
const shape = (object) => Reflect.ownKeys(object).map((key) => {
  const { value, ...rest } = Object.getOwnPropertyDescriptor(object, key);
  return [String(key), { ...rest, ...(typeof value === 'function' && { name: value.name, length: value.length }) }];
});
const listeners = (emitter) => emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]);
require('pg');
const server = http.createServer((req, res) => {
  const seen = {
    globals: own(globalThis),
    // The agent adds one symbol, by which a second copy of it detects the first.
    process: own(process).filter((key) => key !== 'Symbol(scooby.agent)'),
    env: Object.keys(process.env).filter((key) => !/^(NODE_OPTIONS|SCOOBY_RUN|SCOOBY_DB)$/.test(key)),
    // These three get an own emit, which looks like the inherited one.
    emits: [http.Server, http.IncomingMessage, http.ServerResponse].map(({ prototype: { emit } }) => [emit.name, emit.length]),
    classes: [http.Server, http.IncomingMessage, http.ServerResponse, require('pg').Client, require('pg-pool'), require('node:module').Module]
      .flatMap((one) => [shape(one), shape(one.prototype).filter(([key]) => key !== 'emit')]),
    listeners: [process, server, req, res, req.socket].map(listeners),
    keys: [req, res, server].map(own),
    json: JSON.stringify([req.headers, req.headersDistinct, req.rawHeaders]),
    limit: Error.stackTraceLimit,
    prepare: String(Error.prepareStackTrace),
    resources: process.getActiveResourcesInfo().sort(),
  };
  res.end(JSON.stringify(seen));
}).listen(0, '127.0.0.1', () => console.log('own ' + server.address().port));
`;

test('the agent is invisible to the app: globals, properties, listeners, headers', async (t) => {
  for (const node of await nodesInTurn(0)) {
    const launch = await onNode(t, node, { files: { 'app.cjs': LOOKING }, command: ['app.cjs'] });
    const seen = [];
    for (const run of [plainly(t, launch), scooby(t, launch)]) {
      const [, port] = await run.said(/^own (\d+)$/m);
      if ('url' in run) await (run as ReturnType<typeof scooby>).url();
      const text = await raw(
        Number(port),
        'GET / HTTP/1.1\r\nHost: x\r\nX-Foo: 1\r\nConnection: close\r\n\r\n',
      );
      seen.push(JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)));
      await run.stop();
    }
    const [without, with_] = seen;
    // The agent has one listener on exit, which sends the running calls.
    const exits = (one: typeof with_) => one.listeners[0].find(([name]: [string]) => name === 'exit');
    t.same(exits(with_), ['exit', 1 + (exits(without)?.[1] ?? 0)], 'one listener on exit');
    with_.listeners[0] = with_.listeners[0].filter(([name]: [string]) => name !== 'exit');
    without.listeners[0] = without.listeners[0].filter(([name]: [string]) => name !== 'exit');
    for (const key of Object.keys(without)) t.same(with_[key], without[key], `${key} on ${node.version}`);
  }
});

/** Sends bytes to a server and resolves with everything that it sends back. */
async function raw(port: number, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  let closed = false;
  socket
    .setEncoding('latin1')
    .on('data', (chunk) => {
      text += chunk;
    })
    .on('close', () => {
      closed = true;
    });
  socket.write(bytes);
  await until(
    () => closed,
    () => `the end of ${text}`,
  );
  return text;
}

const HEADS = `
const http = require('node:http');
const heads = {
  '/none': (res) => res.end('a'),
  '/status': (res) => res.writeHead(201).end('a'),
  '/object': (res) => res.writeHead(200, { 'Content-Type': 'text/plain', 'x-list': ['1', '2'] }).end('a'),
  '/reason': (res) => res.writeHead(200, 'Fine', { 'X-B': '1' }).end('a'),
  '/reason-only': (res) => res.writeHead(200, 'Fine').end('a'),
  '/flat': (res) => res.writeHead(200, ['X-A', '1', 'x-a', '2', 'X-B', '3']).end('a'),
  '/nested': (res) => res.writeHead(200, [['X-A', '1'], ['X-B', '2']]).end('a'),
  '/undefined': (res) => res.writeHead(200, undefined, { 'X-C': '1' }).end('a'),
  '/null': (res) => res.writeHead(200, null).end('a'),
  '/set-and-object': (res) => { res.setHeader('X-A', '1'); res.writeHead(200, { 'x-a': '2', 'X-B': '3' }).end('a'); },
  '/set-and-flat': (res) => { res.setHeader('X-A', '1'); res.writeHead(200, ['X-A', '2', 'X-B', '3']).end('a'); },
  '/set': (res) => { res.setHeader('X-A', '1'); res.setHeader('Set-Cookie', ['a=1', 'b=2']); res.end('a'); },
  '/no-date': (res) => { res.sendDate = false; res.end('a'); },
  '/flushed': (res) => { res.flushHeaders(); res.end('a'); },
  '/chunks': (res) => { res.write('a'); res.write('b'); res.addTrailers({ 'X-T': '1' }); res.end('c'); },
  '/204': (res) => res.writeHead(204).end(),
  '/304': (res) => res.writeHead(304, { ETag: '"1"' }).end(),
  '/names': (res) => { res.setHeader('X-A', '1'); res.writeHead(200); res.end(JSON.stringify([res.getHeaderNames(), res.headersSent])); },
  '/twice': (res) => { res.writeHead(200); try { res.writeHead(201); } catch (error) { res.end(error.code + ' ' + error.message); } },
  '/wrong': (res) => { try { res.writeHead(99); } catch (error) { res.statusCode = 200; res.end(error.code + ' ' + error.message); } },
  '/wrong-name': (res) => { try { res.writeHead(200, { 'a b': '1' }); } catch (error) { res.destroy(); console.log(error.code); } },
  '/same': (res) => { const same = res.writeHead(200) === res; res.end(String(same)); },
  '/informed': (res) => { res.writeContinue(); res.writeEarlyHints({ link: '</a>; rel=preload' }); res.end('a'); },
  '/timing': (res) => { res.setHeader('Server-Timing', 'own;dur=1'); res.writeHead(200, { 'x-scooby-b': '1' }).end(JSON.stringify(res.getHeaders())); },
  '/own': (res) => { res.setHeader('X-Scooby', 'mine'); res.end('a'); },
};
http.createServer((req, res) => heads[req.url](res)).listen(0, '127.0.0.1', function () { console.log('own ' + this.address().port); });
`;
const OWN_LINES =
  /^X-Scooby: .*\r\n(?:Server-Timing: app;dur=[\d.]+, scooby;dur=[\d.]+, total;dur=[\d.]+\r\nX-Scooby-Overhead: \d+\r\n)?/m;
const PATHS = [...HEADS.matchAll(/^ {2}'(\/[\w-]+)'/gm)].map(([, path]) => path!);

test('every form of writeHead sends the same bytes, except for lines of our own', async (t) => {
  for (const node of await nodesInTurn(1)) {
    const launch = await onNode(t, node, { files: { 'app.cjs': HEADS }, command: ['app.cjs'] });
    const responses: string[][] = [];
    for (const run of [plainly(t, launch), scooby(t, launch)]) {
      const [, port] = await run.said(/^own (\d+)$/m);
      if ('url' in run) await (run as ReturnType<typeof scooby>).url();
      const texts = [];
      for (const path of PATHS) {
        const text = await raw(Number(port), `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
        texts.push(text.replace(/^Date: .*$/m, 'Date: now'));
      }
      responses.push(texts);
      await run.stop();
    }
    const [without, withHeader] = responses;
    for (const [n, path] of PATHS.entries()) {
      const stamps = withHeader![n]!.match(/^X-Scooby: .*\r\n/gm) ?? [];
      t.equal(stamps.length, path === '/wrong-name' ? 0 : 1, `one stamp on ${path}, ${node.version}`);
      const bare = (text: string) => text.replace(OWN_LINES, '');
      t.match(stamps.join(), /^(?:X-Scooby: [0-9a-f-]{36}\r\n)?$/);
      t.equal(bare(withHeader![n]!), bare(without![n]!), `${path}, ${node.version}`);
    }
  }
});

test('an app with nothing left to do exits, with and without requests', async (t) => {
  const app = `
const server = require('node:http').createServer((req, res) => res.end('last')).listen(0, '127.0.0.1', () => {
  require('node:http').get({ port: server.address().port, agent: false }, (response) => {
    response.resume().on('end', () => server.close(() => console.log('closed')));
  });
});
`;
  for (const node of await nodesInTurn(0)) {
    const run = scooby(t, await onNode(t, node, { files: { 'app.cjs': app }, command: ['app.cjs'] }));
    t.match(await run.ended(), { code: 0, signal: null, stdout: 'closed\n' }, node.version);
  }
});

test('workers, node --test, --watch and -p run the agent, which prints nothing', async (t) => {
  const files = {
    'worker.cjs': `
const { Worker, isMainThread } = require('node:worker_threads');
if (isMainThread) new Worker(__filename).on('exit', (code) => console.log('worker ended with ' + code));
else console.log('in the worker');
`,
    'some.test.cjs': `require('node:test')('one', () => {});`,
  };
  const folder = project(t, files);
  for (const command of [
    ['worker.cjs'],
    ['node', '-p', '1 + 1'],
    ['node', '--test', '--test-reporter=dot'],
  ]) {
    const ways = await bothWays(t, { folder, command });
    t.same(ways.with, ways.without, command.join(' '));
  }
});

test('the stack of a request handler has the agent’s frames below the app’s only', async (t) => {
  const app = `
const http = require('node:http');
Error.stackTraceLimit = 50;
const deep = () => new Error('in a handler').stack;
http.createServer((req, res) => {
  const stack = deep();
  req.resume().on('end', () => res.end(JSON.stringify([stack, deep()])));
}).listen(0, '127.0.0.1', function () { console.log('own ' + this.address().port); });
`;
  for (const node of await nodesInTurn(1)) {
    const launch = await onNode(t, node, { files: { 'app.cjs': app }, command: ['app.cjs'] });
    const stacks: string[][] = [];
    for (const run of [plainly(t, launch), scooby(t, launch)]) {
      const [, port] = await run.said(/^own (\d+)$/m);
      if ('url' in run) await (run as ReturnType<typeof scooby>).url();
      const text = await raw(Number(port), 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
      const handlerStacks: string[] = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4));
      stacks.push(...handlerStacks.map((stack) => stack.replaceAll(run.folder, '').split('\n')));
      await run.stop();
    }
    const [onRequest, onEnd, ourRequest, ourEnd] = stacks;
    const agentFrame = /agent\.cjs:|AsyncLocalStorage\.run|AsyncResource\.runInAsyncScope|Reflect\.apply/;
    for (const [without, withAgent] of [
      [onRequest!, ourRequest!],
      [onEnd!, ourEnd!],
    ]) {
      t.same(
        withAgent!.filter((line) => !agentFrame.test(line)),
        without,
        node.version,
      );
      t.equal(withAgent!.length - without!.length, 2, 'one of the agent and one of AsyncLocalStorage');
      t.equal(withAgent![1], without![1]);
    }
  }
});

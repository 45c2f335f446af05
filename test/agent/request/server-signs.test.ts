/** Signs of servers: variables with their port, and what their handlers do. */

import { createServer, type RequestListener } from 'node:http';
import vm from 'node:vm';
import { test } from 'tap';
import { noteOpener, signsOf } from '../../../src/agent/request/server-signs.cjs';

/** Handler with that text; it is never called. */
const handler = (text: string) => new Function(`return ${text}`)() as RequestListener;

function besideOf(text: string, upgrades = false): string | undefined {
  const server = createServer(handler(text));
  if (upgrades) server.on('upgrade', () => {});
  return signsOf(server, undefined).beside;
}

test('a server that answers upgrades only', (t) => {
  const refuse =
    '(req, res) => { res.writeHead(426, { "Content-Type": "text/plain" }); res.end("Upgrade Required") }';
  t.equal(besideOf(refuse, true), 'upgrades', 'ws, Vite');
  t.equal(besideOf(refuse), undefined, 'without upgrades it may do anything');
  t.equal(besideOf('(req, res) => res.end("page")', true), undefined, 'an app with websockets');
  t.equal(signsOf(createServer(), undefined).beside, 'upgrades', 'nothing answers requests');
  t.end();
});

test('a server by which a dev server reloads pages', (t) => {
  const refuse = handler('(req, res) => { res.writeHead(426); res.end("Upgrade Required") }');
  const openedIn = (filename: string, listener: RequestListener) => {
    const server = createServer(listener).on('upgrade', () => {});
    vm.runInThisContext('(function listen(note, server) { note(server); })', { filename })(
      noteOpener,
      server,
    );
    return signsOf(server, undefined).beside;
  };
  t.equal(openedIn('/app/node_modules/vite/dist/node/chunks/dep.js', refuse), 'reload');
  t.equal(
    openedIn('/app/node_modules/vinxi/lib/dev-server.js', refuse),
    'reload',
    'SolidStart, before its own',
  );
  t.equal(openedIn('/app/node_modules/ws/lib/websocket-server.js', refuse), 'upgrades');
  t.equal(
    openedIn(
      '/app/node_modules/vite/dist/node/chunks/dep.js',
      handler('(req, res) => middlewares(req, res)'),
    ),
    undefined,
    "the dev server's own",
  );
  t.end();
});

test('a server for metrics or health checks only', (t) => {
  t.equal(
    besideOf('(req, res) => { if (req.url === "/metrics") res.end("x 1"); else res.writeHead(404).end() }'),
    'operations',
  );
  t.equal(besideOf('(req, res) => res.end({ "/": 1, "/healthz": 2, "/-/ready": 3 }[req.url])'), 'operations');
  t.equal(besideOf('async (req, res) => { res.end(await register.metrics()) }'), 'operations');
  t.equal(
    besideOf('(req, res) => res.end(req.url === "/health" ? "ok" : pages["/home"])'),
    undefined,
    'an app with a health check',
  );
  t.equal(besideOf('(req, res) => app.handle(req, res)'), undefined);
  t.end();
});

test('variables that hold the port', (t) => {
  process.env.TEST_METRICS_PORT = '7123';
  process.env.TEST_OTHER = '7123';
  t.teardown(() => {
    delete process.env.TEST_METRICS_PORT;
    delete process.env.TEST_OTHER;
  });
  t.same(
    signsOf(
      createServer(() => {}),
      7123,
    ),
    { variables: ['TEST_METRICS_PORT'] },
  );
  t.same(
    signsOf(
      createServer(() => {}),
      7124,
    ),
    {},
  );
  t.end();
});

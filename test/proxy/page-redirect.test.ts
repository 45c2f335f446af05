import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { test } from 'tap';
import { createPageRedirect } from '../../src/proxy/page-redirect.js';
import { ask } from '../web/ask.js';

const PAGE = 'http://127.0.0.1:4870/';

test('attacker: who asks the proxy for the way to the page learns no secret', async (t) => {
  const redirect = createPageRedirect(PAGE);
  const server = createServer((req, res) => {
    if (!redirect(req, res)) res.writeHead(200).end(`app ${req.url}`);
  }).listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  for (const site of ['cross-site', 'same-site', 'same-origin', 'none']) {
    const headers = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
    const answer = await ask(port, { path: '/scooby/', headers });
    t.match(answer, { status: 302, body: '', headers: { location: PAGE, 'cache-control': 'no-store' } });
    t.notMatch(JSON.stringify(answer.headers), /token|key=|cookie/i);
  }
  for (const path of ['/scooby', '/scooby/?at=/r/1', '/SCOOBY/'])
    t.equal((await ask(port, { path })).headers.location, PAGE, path);
  for (const path of ['/scooby/x', '/scoobydoo', '/a/scooby/', '/', '/%73cooby/'])
    t.equal((await ask(port, { path })).body, `app ${path}`);
  t.equal((await ask(port, { path: '/scooby/', method: 'POST' })).body, 'app /scooby/');
});

test('a client on another machine is not sent to its own', (t) => {
  const socket = { remoteAddress: '10.0.0.7', localAddress: '10.0.0.1' };
  const req = { method: 'GET', url: '/scooby/', socket } as IncomingMessage;
  t.equal(createPageRedirect(PAGE)(req, {} as ServerResponse), false);
  t.end();
});

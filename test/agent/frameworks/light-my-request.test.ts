/** Requests that `inject` hands to an app: recorded without a server, and answered as without the agent. */

import { test } from 'tap';
import { nodesInTurn } from '../../nodes.js';
import { packageFile } from '../../packages.js';
import { runPlain, runRecorded } from '../app.js';

const app = (fastify: string) => `
const fastify = require(${JSON.stringify(packageFile(fastify))});
const inject = require(${JSON.stringify(packageFile('light-my-request'))});
const print = ({ statusCode, headers: { date, ...headers }, body }) => console.log(statusCode, headers, body);
(async () => {
  console.log(inject.length, inject.name, inject.default === inject, inject.inject === inject, Object.keys(inject));
  const app = fastify();
  app.get('/orders/:id', async ({ params }) => {
    console.info('order', params.id);
    await undefined;
    console.info('sent');
    return params;
  });
  app.get('/throws', async () => {
    throw new Error('no');
  });
  print(await app.inject('/orders/7'));
  print(await app.inject().get('/orders/8').end());
  print(await new Promise((resolve, reject) => app.inject('/orders/9', (error, response) => (error ? reject(error) : resolve(response)))));
  print(await app.inject({ method: 'GET', url: '/throws' }));
  print(await inject((req, res) => { console.info('bare'); res.end('plain'); }, { url: '/bare?a=1', headers: { cookie: 'sid=x' } }));
  await inject(() => { throw new Error('in dispatch'); }, { url: '/thrown' }).catch(({ message }) => console.log(message));
  console.info('outside');
})();
`;

for (const node of await nodesInTurn(0)) {
  for (const fastify of ['fastify', 'fastify-4']) {
    test(`inject of ${fastify}, Node ${node.version}`, async (t) => {
      const cwd = t.testdir({ 'app.cjs': app(fastify) });
      const launch = { node: node.path, cwd };
      const plain = await runPlain(['app.cjs'], launch);
      const { traces, stdout, code } = await runRecorded(['app.cjs'], launch);
      t.equal(stdout, plain.stdout);
      t.same([code, plain.code], [0, 0]);
      t.same(
        traces.map(({ method, url, route, status, spans }) => [
          ...[method, url, route, status],
          spans.filter(({ kind }) => kind === 'log').map(({ name }) => name),
        ]),
        [
          ['GET', '/orders/7', '/orders/:id', 200, ['order 7', 'sent']],
          ['GET', '/orders/8', '/orders/:id', 200, ['order 8', 'sent']],
          ['GET', '/orders/9', '/orders/:id', 200, ['order 9', 'sent']],
          ['GET', '/throws', '/throws', 500, []],
          ['GET', '/bare?a=1', undefined, 200, ['bare']],
          ['GET', '/thrown', undefined, undefined, []],
        ],
      );
      t.match(traces[3]!.errors, [{ message: 'no' }]);
      t.match(
        traces[4]!.headers?.request,
        [
          ['cookie', 'REDACTED'],
          ['host', 'localhost:80'],
        ].slice(0, 1),
      );
    });
  }
}

import type { IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'tap';
import { findMyWay } from '../../../src/agent/frameworks/find-my-way.cjs';
import { requestStorage } from '../../../src/agent/request/context.cjs';
import { TracedRequest } from '../../../src/agent/request/traced-request.cjs';
import { state } from '../../../src/agent/run-config.cjs';
import { ROOT } from '../app.js';

const Router = createRequire(join(ROOT, 'test/fixtures/any.cjs'))('find-my-way');

test('the routes of a router that is compiled are told, too', (t) => {
  findMyWay.files!['find-my-way/index.js']!(Router as never);
  const router = Router();
  router.on('GET', '/orders/:id', function show() {});
  const request = new TracedRequest({
    ...{ id: 'r', proxied: false, parent: undefined, withCalls: false, message: {} as IncomingMessage },
    ...{ response: undefined, method: 'GET', url: '/orders/7', unit: undefined },
  });
  state.recording = 'all';
  for (const compile of [() => {}, () => router.compile()]) {
    compile();
    request.routeInfo = undefined;
    requestStorage.run(request, () => router.lookup({ method: 'GET', url: '/orders/7' }, {}));
    const { route, handler, params } = request.routeInfo!() ?? {};
    t.same({ route, handler, params }, { route: '/orders/:id', handler: 'show', params: { id: '7' } });
  }
  state.recording = 'off';
  t.end();
});

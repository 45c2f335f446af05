import { test } from 'tap';
import { ask, proxy, responder } from './wire.js';

test('http-proxy makes no deprecated calls (DEP0060, DEP0169)', async (t) => {
  const warnings: string[] = [];
  const hear = (warning: Error) => warnings.push(String(warning));
  process.on('warning', hear);
  t.teardown(() => process.removeListener('warning', hear));
  const app = await responder(t, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  const { port } = await proxy(t, app.address);
  await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\n\r\n', 'ok');
  await ask(t, port, 'GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhead', 'ok');
  t.same(warnings, []);
});

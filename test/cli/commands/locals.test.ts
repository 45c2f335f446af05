/** `scooby locals` on a TypeScript app, on all versions of Node. */

import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { beside, PROGRAM, scooby } from '../../scooby.js';
import { typescriptApp } from '../typescript-app.js';

const SOURCE = `import { createServer, get } from 'node:http';

class Item {
  static asked = 0;
  constructor(readonly id: number, readonly password = 'hunter2') {}
  get price(): number { return ++Item.asked; }
}

const watched = new Proxy({}, { ownKeys() { Item.asked++; return []; }, get() { Item.asked++; return 1; } });

class Shop {
  constructor(private readonly port: number) {}

  load(id: number, token: string): Promise<number> {
    const item = new Item(id);
    const text = \`item \${id}\`;
    const proxy = watched;
    if (token === '' || proxy === undefined) throw new Error(text);
    return new Promise((resolve, reject) => {
      get({ port: this.port, path: \`/item/\${item.id}\` }, (response) => {
        response.resume().on('end', () => resolve(id));
      }).on('error', reject);
    });
  }
}

const stock = createServer((_, response) => response.end('1'));
createServer(async (request, response) => {
  const shop = new Shop((stock.address() as { port: number }).port);
  for (let i = 1; i <= 3; i++) await shop.load(i, 's3cret');
  response.end(String(Item.asked));
}).listen(0, '127.0.0.1', () => stock.listen(0, '127.0.0.1'));
`;

interface Printed {
  frames: { function: string; file: string; line: number; variables: Record<string, string> }[];
}

test('the variables of the functions that made a call are read, masked, and nothing of the app runs', async (t) => {
  for (const node of await nodes())
    await t.test(`Node ${node.version}`, async (t) => {
      const run = scooby(t, { command: [node.path, 'dist/app.js'], files: typescriptApp(SOURCE) });
      // The first one loads code, which is seen as a call of its own where it blocks the loop.
      for (let n = 0; n < 2; n++) await run.ask('/orders');
      const { code, stdout, stderr } = await beside(run, PROGRAM, 'locals', '/orders', '2', '--json');
      t.equal(code, 0, stderr);
      t.match(stderr, 'sending GET /orders again with a debugger on in the app');
      const { frames } = JSON.parse(stdout) as Printed;
      const inner = frames.find(({ function: name }) => name === 'Shop.load')!;
      t.match(inner, { file: 'src/app.ts', line: 19 });
      t.same(
        { id: inner.variables.id, token: inner.variables.token, text: inner.variables.text },
        { id: '2', token: 'REDACTED', text: '"item 2"' },
      );
      t.equal(inner.variables.item, 'Item {"id":2,"password":"REDACTED"}');
      t.equal(inner.variables.proxy, '"<Proxy>"');
      t.match(inner.variables.this, /^Shop \{"port":\d+\}$/);
      const handler = frames.find(({ variables }) => 'i' in variables)!;
      t.match(handler, { line: 30, variables: { i: '2', request: 'IncomingMessage GET /orders' } });
      t.equal((await run.ask('/orders')).body, '0', 'no getter and no trap was called');
    });
});

test('what cannot be read is said', async (t) => {
  const [node] = await nodes();
  const files = typescriptApp(SOURCE);
  const run = scooby(t, { command: [node!.path, '--inspect=0', 'dist/app.js'], files });
  await run.ask('/orders');
  const attached = await beside(run, PROGRAM, 'locals', '/orders', '1');
  t.equal(attached.code, 1);
  t.match(
    attached.stderr,
    'No locals were read: a debugger may be attached: the app runs with --inspect.',
    'another debugger is left alone',
  );
  const unknown = await beside(run, PROGRAM, 'locals', '/orders', '99');
  t.equal(unknown.code, 1);
  t.match(unknown.stderr, 'The request has no call "99": it made 3.');
});

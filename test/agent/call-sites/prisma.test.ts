/** Versions of Prisma with other internals: their clients work as without scooby. */

import { test } from 'tap';
import { prisma } from '../../../src/agent/call-sites/prisma.cjs';

interface Client {
  $transaction(work: unknown): unknown;
  user: { count(): number };
}
type Runtime = { getPrismaClient(config: unknown): new () => Client };

/** Exports of a runtime whose module is prepared as the loader does. */
function load(runtime: Runtime): Runtime {
  const module = { exports: {} as Runtime };
  Object.setPrototypeOf(module, {
    _compile() {
      module.exports = runtime;
    },
  });
  prisma.prepareModule?.(module, '/app/node_modules/@prisma/client/runtime/library.js');
  (module as unknown as { _compile(): void })._compile();
  return module.exports;
}

test('Prisma 5.0, whose clients have no _originalClient', async (t) => {
  class PrismaClient {
    user = { count: () => 3 };
    $transaction(work: unknown) {
      return work;
    }
    _createItxClient() {}
  }
  const runtime = load({ getPrismaClient: () => PrismaClient });
  prisma.files['@prisma/client/runtime/library.js']?.(runtime as never);
  const client = new (runtime.getPrismaClient({}))();
  t.equal(client.user.count(), 3);
  t.equal(client.$transaction('work'), 'work');
});

test('a Prisma without interactive transactions', async (t) => {
  class PrismaClient {
    user = { count: () => 3 };
    $transaction(work: unknown) {
      return work;
    }
  }
  const Made = load({ getPrismaClient: () => PrismaClient }).getPrismaClient({});
  t.equal(Made, PrismaClient);
  t.equal(new Made().user.count(), 3);
});

test('which files are prepared', async (t) => {
  const files = [
    '/app/node_modules/@prisma/client/runtime/client.js',
    'C:\\app\\node_modules\\@prisma\\client\\runtime\\library.js',
    '/app/node_modules/@prisma/client/runtime/edge.js',
    '/app/src/client.js',
  ];
  t.same(files.filter((file) => prisma.prepareModule?.appliesTo(file)).length, 2);
});

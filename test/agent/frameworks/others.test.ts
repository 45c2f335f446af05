/** Routes, handlers, parameters, errors and lines of the frameworks besides the most used ones. */

import { join } from 'node:path';
import tap, { test } from 'tap';
import { formatSite } from '../../../src/domain/site.js';
import { type Frame, firstApplicationFrame, type Trace } from '../../../src/domain/trace.js';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runPlain, runRecorded } from '../app.js';

tap.setTimeout(240_000);

const FOLDER = 'test/fixtures/views';

/** What a request has: by line numbers, of which those of calls follow. */
type Expected = [
  route: string | undefined,
  handler: string | undefined,
  params?: object | undefined,
  ...rest: string[],
];

const CJS = `${FOLDER}/others.cjs`;
const MJS = `${FOLDER}/others.mjs`;
const THROWN = `TypeError: thrown at ${CJS}:11`;
const token = { name: 'ann', token: 'REDACTED' };

const EXPECTED: Record<string, Record<string, Expected>> = {
  hapi: {
    '/orders/7': ['/orders/{id}', `show ${CJS}:17`, { id: '7' }, `show at ${CJS}:8`],
    '/api/users/ann/abc': ['/api/users/{name}/{token}', `handler ${CJS}:25`, token],
    '/fails': ['/fails', `thrown ${CJS}:29`, undefined, THROWN],
    '/none': [undefined, undefined],
  },
  polka: {
    '/orders/7': ['/orders/:id', `show ${CJS}:36`, { id: '7' }, `show at ${CJS}:8`],
    '/api/users/ann/abc': ['/api/users/:name/:token', `${CJS}:35`, token],
    '/fails': ['/fails', `show ${CJS}:50`, undefined, THROWN],
    '/none': [undefined, undefined],
  },
  connect: {
    '/orders/7': ['/orders/#', `orders ${CJS}:55`, undefined, `orders at ${CJS}:8`],
    '/orders': ['/orders', `orders ${CJS}:55`, undefined, `orders at ${CJS}:8`],
    // Its URL is whole again by then.
    '/fails': [undefined, undefined, undefined, THROWN],
    '/none': [undefined, undefined],
  },
  tinyhttp: {
    '/orders/7': ['/orders/:id', `show ${MJS}:23`, { id: '7' }, `show at ${MJS}:12`],
    '/api/users/ann/abc': ['/api/users/:name/:token', undefined, token],
    '/fails': ['/fails', 'thrown', undefined, `TypeError: thrown at ${MJS}:15`],
    '/none': [undefined, undefined],
  },
  h3: {
    '/orders/7': ['/orders/:id', `show ${CJS}:66`, { id: '7' }, `show at ${CJS}:8`],
    '/api/users/ann/abc': ['/api/users/:name/:token', `${CJS}:71`, token],
    '/fails': ['/fails', `thrown ${CJS}:76`, undefined, THROWN],
  },
  'find-my-way': {
    '/orders/7': ['/orders/:id', `show ${CJS}:82`, { id: '7' }, `show at ${CJS}:8`],
    '/api/users/ann/abc': ['/api/users/:name/:token', `${CJS}:87`, token],
    '/none': [undefined, undefined],
  },
  feathers: {
    '/shop/orders': ['/shop/orders', 'Orders.find'],
    '/shop/orders/7?x=1': ['/shop/orders/:id', `Orders.get ${CJS}:96`, { id: '7' }, `get at ${CJS}:8`],
    '/shop/orders/0': ['/shop/orders/:id', `Orders.get ${CJS}:96`, { id: '0' }, `get at ${CJS}:8`, THROWN],
  },
  moleculer: {
    '/api/orders/7?x=1': ['/api/orders/:id', `orders.get ${CJS}:127`, { id: '7' }, `get at ${CJS}:8`],
    '/api/fails': ['/api/fails', 'orders.fails', undefined, THROWN],
  },
  // The path is the pattern: it has the names of procedures.
  trpc: {
    '/order.byId': [undefined, undefined, undefined, `byId at ${CJS}:8`],
    '/order.byId,fails?batch=1': [undefined, undefined, undefined, `byId at ${CJS}:8`, THROWN],
    '/fails': [undefined, undefined, undefined, THROWN],
  },
  'trpc-fastify': {
    '/trpc/order.byId': ['/trpc/order.byId', undefined, undefined, `byId at ${CJS}:8`],
    '/trpc/order.byId,fails?batch=1': ['/trpc/(batch)', undefined, undefined, `byId at ${CJS}:8`, THROWN],
    '/trpc/fails': ['/trpc/fails', undefined, undefined, THROWN],
  },
  elysia: {
    '/orders/7?x=1': ['/orders/:id', `show ${CJS}:164`, { id: '7' }, `show at ${CJS}:8`],
    '/orders/all': ['/orders/all', `${CJS}:170`],
    '/api/users/ann/abc/': ['/api/users/:name/:token', `${CJS}:168`, token],
    '/files/a%20b/c': ['/files/*', `${CJS}:172`, { '*': 'a b/c' }],
    '/fails': ['/fails', `${CJS}:173`, undefined, THROWN],
    '/api/fails/7': ['/api/fails/:id', `${CJS}:174`, { id: '7' }, THROWN],
    '/none': [undefined, undefined],
  },
};

const APPS: [framework: string, driver: string, types: string[], expected?: Record<string, Expected>][] = [
  ['hapi', '@hapi/hapi', ['cjs', 'mjs']],
  ['polka', 'polka', ['cjs', 'mjs']],
  ['connect', 'connect', ['cjs', 'mjs']],
  ['tinyhttp', '@tinyhttp/app', ['mjs']],
  ['h3', 'h3', ['cjs', 'mjs']],
  ['find-my-way', 'find-my-way', ['cjs']],
  ['feathers', '@feathersjs/feathers', ['cjs']],
  ['moleculer', 'moleculer', ['cjs']],
  ['trpc', '@trpc/server', ['cjs', 'mjs']],
  ['trpc-fastify', '@trpc/server', ['cjs']],
  ['elysia', 'elysia', ['cjs', 'mjs']],
];

const all = await nodes();
for (const [framework, driver, types] of APPS) {
  const expected = EXPECTED[framework]!;
  test(`${framework} by ${driver}`, async (t) => {
    // The oldest Node from CommonJS, the newest from ES modules, as far as there are both.
    for (const [{ path: node, version }, type] of [
      [all[0]!, types[0]!],
      [all.at(-1)!, types.at(-1)!],
    ] as const) {
      const env = { FRAMEWORK: framework, DRIVER: driver, NODE_NO_WARNINGS: '1', NODE_ENV: 'test' };
      const script = join(ROOT, FOLDER, `others.${type}`);
      const answers: string[][] = [];
      const drive = async (url: string) => {
        const told: string[] = [];
        for (const path of Object.keys(expected)) {
          const { status, body } = await ask(url + path);
          told.push(`${status} ${body.replace(/"stack".*|<br>.*/s, '')}`);
        }
        answers.push(told);
        await ask(`${url}/end`);
      };
      await runPlain([script], { node, env, drive });
      const { traces, libraries } = await runRecorded([script], { node, env, drive });
      t.same(answers[1], answers[0], `answers, Node ${version}`);
      t.same(
        libraries.filter(({ trouble }) => trouble !== undefined),
        [],
      );
      for (const [path, wanted] of Object.entries(expected)) {
        const [route, handler, params, ...rest] = wanted;
        const trace = traces.find(({ url }) => url === path);
        t.same(seenOf(trace), [route, handler, params, ...rest], `${path}, ${type}, Node ${version}`);
      }
    }
  });
}

/** Route, handler, parameters, the calls with their lines, and what was thrown. */
function seenOf(trace: Trace | undefined): unknown[] {
  const { route, handler, params, errors = [], spans = [] } = trace ?? {};
  const calls = spans
    .filter(({ library }) => library === 'console')
    .map(({ name, stack }) => ({ name, at: siteOf(stack) }));
  return [
    ...[route, handler, params],
    // A framework prints, too.
    ...calls.filter(({ at }) => at !== '').map(({ name, at }) => `${name} at ${at}`),
    ...errors.map(({ name, message, site }) => `${name}: ${message} at ${site}`),
  ];
}

function siteOf(stack: Frame[]): string {
  const frame = firstApplicationFrame(stack);
  return frame === undefined ? '' : formatSite(frame);
}

/** Errors that frameworks are handed, each with its request, its line and its causes. */

import { join } from 'node:path';
import { test } from 'tap';
import type { RequestError } from '../../../src/domain/trace.js';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runPlain, runRecorded } from '../app.js';

const FOLDER = 'test/fixtures/errors';
const THROWN = `TypeError: thrown at ${FOLDER}/frameworks.cjs:10`;
const REJECTED = `RangeError: rejected at ${FOLDER}/frameworks.cjs:14 because of Error: the cause`;
const GONE = `NotFoundError: no such order (404) at ${FOLDER}/frameworks.cjs:7`;

/** Status and errors by path. */
const EXPECTED: Record<string, Record<string, [status: number, ...errors: string[]]>> = {
  express: {
    '/thrown': [500, THROWN],
    '/rejected': [500, REJECTED],
    '/handed': [404, GONE],
    '/redirected': [302, `Error: log in first at ${FOLDER}/frameworks.cjs:24`],
    '/text': [500, ': a text'],
    '/nested/deep': [500, THROWN],
    '/none': [404],
  },
  fastify: {
    '/thrown': [500, THROWN],
    '/rejected': [500, REJECTED],
    '/handed': [404, GONE],
    '/hook': [500, `Error: of a hook at ${FOLDER}/frameworks.cjs:41`],
    '/own': [500, THROWN],
  },
  koa: {
    '/thrown': [500, THROWN],
    '/rejected': [500, REJECTED],
    '/caught': [500, THROWN],
    '/none': [404, `NotFoundError: no such order (404) at ${FOLDER}/frameworks.cjs:64`],
  },
  hono: {
    '/thrown': [500, THROWN],
    '/deep/rejected': [500, REJECTED],
    '/own/thrown': [500, THROWN],
    '/none': [404],
  },
  nest: {
    '/thrown': [500, THROWN],
    '/rejected': [500, REJECTED],
    '/handed': [404, `NotFoundException: no such order (404) at ${FOLDER}/frameworks.cjs:92`],
    '/none': [404, 'NotFoundException: Cannot GET /none (404)'],
  },
};

const DRIVERS = [
  ['express', 'express'],
  ['express', 'express-4'],
  ['fastify', 'fastify'],
  ['fastify', 'fastify-4'],
  ['koa', 'koa'],
  ['hono', 'hono'],
  ['nest', '@nestjs/platform-express'],
] as const;

for (const [framework, driver] of DRIVERS) {
  test(`errors of ${driver}`, async (t) => {
    const all = await nodes();
    const ways = [
      [all[0]!, 'cjs'],
      [all.at(-1)!, 'mjs'],
    ] as const;
    for (const [{ path: node, version }, type] of ways) {
      const script = join(ROOT, FOLDER, `frameworks.${type}`);
      const env = { FRAMEWORK: framework, DRIVER: driver, NODE_NO_WARNINGS: '1' };
      const drive = async (url: string) => {
        for (const path of Object.keys(EXPECTED[framework]!)) await ask(url + path);
        await ask(`${url}/end`);
      };
      const plain = await runPlain([script], { node, env, drive });
      const { traces, libraries, ...recorded } = await runRecorded([script], { node, env, drive });
      t.same([recorded.stdout, withoutFrames(recorded.stderr)], [plain.stdout, withoutFrames(plain.stderr)]);
      t.same(
        libraries.filter(({ trouble }) => trouble),
        [],
      );
      for (const [path, expected] of Object.entries(EXPECTED[framework]!)) {
        const { status, errors = [] } = traces.find(({ url }) => url === path)!;
        t.same([status, ...errors.map(inWords)], expected, `${path}, ${type}, Node ${version}`);
        t.same([...new Set(errors.map(({ by }) => by))], errors.length > 0 ? [framework] : []);
      }
    }
  });
}

// The agent's functions are in stacks that begin in a server.
function withoutFrames(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^ +at /.test(line))
    .map((line) => line.replace(/\d+ lines matching cause/, 'lines matching cause'))
    .join('\n');
}

function inWords({ name, message, status, site, causes = [] }: RequestError): string {
  const asked = status === undefined ? '' : ` (${status})`;
  const where = site === undefined ? '' : ` at ${site}`;
  const because = causes.map((cause) => ` because of ${cause.name}: ${cause.message}`);
  return `${name}: ${message}${asked}${where}${because.join('')}`;
}

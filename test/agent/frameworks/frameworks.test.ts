/** Routes of each framework: the whole pattern, the handler with its line, and the parameters. */

import { join } from 'node:path';
import { test } from 'tap';
import { nodesInTurn } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';

const FOLDER = 'test/fixtures/views';

/** Expected route by path. */
type ExpectedRoutes = Record<string, { route?: string; handler?: string; params?: Record<string, string> }>;

const express: ExpectedRoutes = {
  '/': { route: '/', handler: `${FOLDER}/express.cjs:16` },
  '/orgs/7/users/9/abc?q=1': {
    route: '/orgs/:org/users/:id/:token',
    handler: `showUser ${FOLDER}/express.cjs:20`,
    params: { org: '7', id: '9', token: 'REDACTED' },
  },
  '/orgs/7/users': {
    route: '/orgs/:org/users',
    handler: `list ${FOLDER}/express.cjs:21`,
    params: { org: '7' },
  },
  '/plain/users/9/abc': {
    route: '/plain/users/:id/:token',
    handler: `showUser ${FOLDER}/express.cjs:20`,
    params: { id: '9', token: 'REDACTED' },
  },
  '/files/a/b': {
    route: '/^\\/files\\/(.*)$/',
    handler: `showUser ${FOLDER}/express.cjs:24`,
    params: { 0: 'a/b' },
  },
  '/two': { route: '/one|/two', handler: `showUser ${FOLDER}/express.cjs:25` },
  '/fails': { route: '/fails', handler: `fails ${FOLDER}/express.cjs:26` },
  // Its routers have taken back the base of the URL and the parameters by then.
  '/orgs/7/users/9/fails/later': {
    route: '/orgs/:org/users/:id/fails/later',
    handler: `failsLater ${FOLDER}/express.cjs:29`,
    params: { org: '7', id: '9' },
  },
  '/orgs/7/users/9/passes/on': {
    route: '/orgs/:org/users/:id/passes/on',
    handler: `${FOLDER}/express.cjs:32`,
    params: { org: '7', id: '9' },
  },
  '/nowhere': {},
};
const fastify: ExpectedRoutes = {
  '/': { route: '/', handler: `${FOLDER}/fastify.cjs:12` },
  '/orgs/7/users/9/abc': {
    route: '/orgs/:org/users/:id/:token',
    handler: `showUser ${FOLDER}/fastify.cjs:15`,
    params: { org: '7', id: '9', token: 'REDACTED' },
  },
  '/orgs/7/users': {
    route: '/orgs/:org/users',
    handler: `handler ${FOLDER}/fastify.cjs:16`,
    params: { org: '7' },
  },
  '/nowhere': {},
};
const koa = (file: string): ExpectedRoutes => ({
  '/orgs/7/users/9/abc': {
    route: '/orgs/:org/users/:id/:token',
    handler: `showUser ${FOLDER}/${file}:16`,
    params: { org: '7', id: '9', token: 'REDACTED' },
  },
  '/orgs/7/': { route: '/orgs/:org', handler: `${FOLDER}/${file}:18`, params: { org: '7' } },
  '/orgs/7/feed': { route: '/orgs/:org/feed', handler: `feed ${FOLDER}/${file}:22`, params: { org: '7' } },
  '/orgs/7/news': {
    route: '/orgs/:org/:page',
    handler: `page ${FOLDER}/${file}:25`,
    params: { org: '7', page: 'news' },
  },
  '/nowhere': {},
});
const hono = (file: string): ExpectedRoutes => ({
  '/': { route: '/', handler: `${FOLDER}/${file}:15` },
  '/orgs/7/users/9/abc': {
    route: '/orgs/:org/users/:id/:token',
    handler: `showUser ${FOLDER}/${file}:16`,
    params: { org: '7', id: '9', token: 'REDACTED' },
  },
  '/orgs/7/feed': { route: '/orgs/:org/feed', handler: `feed ${FOLDER}/${file}:17`, params: { org: '7' } },
  '/orgs/7/news': {
    route: '/orgs/:org/:page',
    handler: `page ${FOLDER}/${file}:20`,
    params: { org: '7', page: 'news' },
  },
  '/orgs/7/feed/second': {
    route: '/orgs/:org/feed/second',
    handler: `second ${FOLDER}/${file}:25`,
    params: { org: '7' },
  },
  '/nowhere': {},
});
const nest: ExpectedRoutes = {
  '/api/orgs/7/users/9/abc': {
    route: '/api/orgs/:org/users/:id/:token',
    handler: 'UsersController.show',
    params: { org: '7', id: '9', token: 'REDACTED' },
  },
  '/api/scoped': { route: '/api/scoped', handler: 'ScopedController.list' },
};

const APPS: [file: string, driver: string, routes: ExpectedRoutes, env?: Record<string, string>][] = [
  ['express.cjs', 'express', express],
  ['express.cjs', 'express-4', express],
  ['fastify.cjs', 'fastify', fastify],
  ['fastify.cjs', 'fastify-4', fastify],
  ['koa.cjs', 'koa', koa('koa.cjs')],
  ['koa.mjs', 'koa', koa('koa.mjs')],
  ['hono.mjs', 'hono', hono('hono.mjs')],
  ['hono.cjs', 'hono', hono('hono.cjs')],
  ['hono.cjs', 'hono-4', hono('hono.cjs')],
  ['nest.cjs', '@nestjs/platform-express', nest, { ADAPTER: 'ExpressAdapter' }],
  ['nest.cjs', '@nestjs/platform-fastify', nest, { ADAPTER: 'FastifyAdapter' }],
  ['plain.cjs', 'node:http', { '/orgs/7': {} }],
];

for (const [n, [file, driver, routes, env]] of APPS.entries()) {
  for (const node of await nodesInTurn(n)) {
    test(`${file} on ${driver}, Node ${node.version}`, async (t) => {
      const drive = async (url: string) => {
        for (const path of Object.keys(routes)) await ask(url + path);
        await ask(`${url}/end`);
      };
      const launch = { node: node.path, drive, env: { DRIVER: driver, NODE_ENV: 'test', ...env } };
      const { traces, stderr, libraries } = await runRecorded([join(ROOT, FOLDER, file)], launch);
      t.equal(stderr, '');
      t.same(
        libraries.filter(({ trouble }) => trouble !== undefined),
        [],
      );
      for (const [path, expected] of Object.entries(routes)) {
        const { route, handler, params } = traces.find(({ url }) => url === path) ?? {};
        t.same(
          {
            ...(route !== undefined && { route }),
            ...(handler !== undefined && { handler }),
            ...(params !== undefined && { params }),
          },
          expected,
          path,
        );
      }
    });
  }
}

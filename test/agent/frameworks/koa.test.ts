/** Routes of koa-router 7, built in miniature: the layer that ran, not the last that matches. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'tap';
import { packageFile } from '../../packages.js';
import { ask, runRecorded } from '../app.js';

const compose = JSON.stringify(packageFile('koa-compose'));

const FILES = {
  'package.json': '{ "name": "koa-router", "version": "7.4.0", "main": "lib/router.js" }',
  'lib/layer.js': `
module.exports = Layer;
function Layer(path, methods, middleware) {
  this.path = path;
  this.methods = methods.map((method) => method.toUpperCase());
  if (this.methods[0] === 'GET') this.methods.unshift('HEAD');
  this.stack = middleware;
  this.regexp = new RegExp('^' + path.replace(/:\\w+/g, '([^/]+)') + '$');
}
Layer.prototype.match = function (path) { return this.regexp.test(path); };
Layer.prototype.captures = function (path) { return path.match(this.regexp).slice(1); };
Layer.prototype.params = function (path, captures) {
  return Object.fromEntries([...this.path.matchAll(/:(\\w+)/g)].map(([, name], i) => [name, captures[i]]));
};`,
  // As in 7: the matched route is that of the last layer, the matched layers are those of all methods.
  'lib/router.js': `
const compose = require(${compose});
const Layer = require('./layer.js');
module.exports = Router;
function Router() { this.stack = []; }
for (const method of ['get', 'delete'])
  Router.prototype[method] = function (path, ...middleware) { this.register(path, [method], middleware); return this; };
Router.prototype.register = function (path, methods, middleware) {
  const layer = new Layer(path, methods, middleware);
  this.stack.push(layer);
  return layer;
};
Router.prototype.routes = function () {
  return (ctx, next) => {
    const matching = this.stack.filter((layer) => layer.match(ctx.path));
    ctx.matched = matching;
    const layers = matching.filter(({ methods }) => methods.includes(ctx.method));
    if (layers.length === 0) return next();
    ctx._matchedRoute = layers.at(-1).path;
    const chain = layers.flatMap((layer) => [
      (ctx, next) => {
        ctx.captures = layer.captures(ctx.path);
        ctx.params = layer.params(ctx.path, ctx.captures);
        return next();
      },
      ...layer.stack,
    ]);
    return compose(chain)(ctx, next);
  };
};`,
};

const APP = `
const Koa = require(${JSON.stringify(packageFile('koa'))});
const Router = require('koa-router');
const router = new Router();
async function show(ctx) { ctx.body = 'show'; }
async function remove(ctx) { ctx.body = 'remove'; }
router.get('/articles/feed', async function feed(ctx) { ctx.body = 'feed'; });
router.get('/articles/:slug', (ctx, next) => next(), show);
router.delete('/articles/:slug', remove);
router.get('/end', (ctx) => { ctx.body = ''; server.close(); });
const server = new Koa().use(router.routes()).listen(0, () =>
  console.log(JSON.stringify({ port: server.address().port })),
);`;

test('koa-router 7: the handler is that of the method and pattern that answered', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'scooby-test-koa-router-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'node_modules/koa-router/lib'), { recursive: true });
  for (const [path, text] of Object.entries(FILES))
    writeFileSync(join(folder, 'node_modules/koa-router', path), text);
  writeFileSync(join(folder, 'app.cjs'), APP);
  const bodies: string[] = [];
  const { traces, stderr } = await runRecorded([join(folder, 'app.cjs')], {
    drive: async (url) => {
      for (const path of ['/articles/x', '/articles/feed', '/end']) bodies.push((await ask(url + path)).body);
    },
  });
  t.equal(stderr, '');
  t.same(bodies, ['show', 'feed', '']);
  t.same(
    traces.slice(0, 2).map(({ route, handler }) => [route, handler?.replace(/ .*[\\/]/, ' ')]),
    [
      ['/articles/:slug', 'show app.cjs:8'],
      ['/articles/feed', 'feed app.cjs:7'],
    ],
  );
});

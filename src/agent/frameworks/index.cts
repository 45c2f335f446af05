/** The list of all frameworks: a new framework is one file and one line here. */

import { adonis } from './adonis.cjs';
import { connect } from './connect.cjs';
import { elysia } from './elysia.cjs';
import { express } from './express.cjs';
import { fastify } from './fastify.cjs';
import { feathers } from './feathers.cjs';
import { findMyWay } from './find-my-way.cjs';
import type { Framework } from './framework.cjs';
import { h3 } from './h3.cjs';
import { hapi } from './hapi.cjs';
import { hono } from './hono.cjs';
import { koa } from './koa.cjs';
import { lightMyRequest } from './light-my-request.cjs';
import { moleculerWeb } from './moleculer.cjs';
import { nest } from './nest.cjs';
import { next } from './next.cjs';
import { reactRouter } from './react-router.cjs';
import { restify } from './restify.cjs';
import { tinyhttp } from './tinyhttp.cjs';
import { trouter } from './trouter.cjs';
import { trpc } from './trpc.cjs';

export const frameworks: Framework[] = [
  ...[express, fastify, koa, hono, nest, next, reactRouter, lightMyRequest],
  ...[hapi, restify, h3, adonis, feathers, moleculerWeb, trpc, elysia],
  ...[connect, trouter, tinyhttp, findMyWay],
];

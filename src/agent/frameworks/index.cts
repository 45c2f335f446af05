/** The list of all frameworks: a new framework is one file and one line here. */

import { express } from './express.cjs';
import { fastify } from './fastify.cjs';
import type { Framework } from './framework.cjs';
import { hono } from './hono.cjs';
import { koa } from './koa.cjs';
import { lightMyRequest } from './light-my-request.cjs';
import { nest } from './nest.cjs';
import { next } from './next.cjs';

export const frameworks: Framework[] = [express, fastify, koa, hono, nest, next, lightMyRequest];

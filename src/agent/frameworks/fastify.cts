/** Fastify 4 and 5: its channels hand over each instance, and in 5 each request that reaches a handler. */

import { captureStack } from '../call/stack.cjs';
import { currentRequest } from '../request/context.cjs';
import { type Framework, handlerName } from './framework.cjs';

interface Route {
  method: string | string[];
  url: string;
  handler: Function;
}
interface FastifyRequest {
  method: string;
  params?: object;
  routeOptions?: { url?: string };
  routerPath?: string;
}
interface Instance {
  version: string;
  addHook(name: string, hook: Function): void;
}

const handlers = new Map<string, { handler: Function; stack: number }>();

export const fastify: Framework = {
  library: 'fastify',
  versions: '>=4 <6',
  channels: {
    'fastify.initialization': ({ fastify: instance }: { fastify: Instance }) => {
      const onRoute = ({ method, url, handler }: Route) => {
        const stack = captureStack(onRoute, undefined);
        for (const one of [method].flat()) handlers.set(`${one} ${url}`, { handler, stack });
      };
      instance.addHook('onRoute', onRoute);
      if (!instance.version.startsWith('4.')) return;
      instance.addHook('onRequest', (request: FastifyRequest, _reply: unknown, done: () => void) => {
        // Where there are options, asking for the path prints a warning.
        see(request, request.routeOptions ? request.routeOptions.url : request.routerPath);
        done();
      });
    },
    'tracing:fastify.request.handler:start': (message: {
      request: FastifyRequest;
      route?: { url?: string };
    }) => see(message.request, message.route?.url),
  },
};

function see(request: FastifyRequest, route: string | undefined): void {
  const served = currentRequest();
  if (served === undefined || route === undefined) return;
  const known = handlers.get(`${request.method} ${route}`);
  const { params } = request;
  served.routeInfo = () => ({ route, handler: handlerName(known?.handler), stack: known?.stack, params });
}

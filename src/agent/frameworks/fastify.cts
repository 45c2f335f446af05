/** Routes of Fastify 4 and 5, from channels that publish instances and, in 5, handled requests. */

import { captureRegistration } from '../call/stack.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { isList, listOf, ownData, plainText } from '../record/app-values.cjs';
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

const MAX_METHODS = 100;

/** Handlers and stacks of registration, by method and path. */
const handlers = new Map<string, { handler: Function; stack: number; isNamed: boolean }>();

/** Active while routes are registered whose last parameter is the name of what they run, as tRPC's. */
export const namedByParameter = { active: false };

export const fastify: Framework = {
  library: 'fastify',
  versions: '>=4 <6',
  files: {
    // Before the app's error handlers: a hook hears only of what those send on.
    'fastify/lib/error-handler.js': (exports: object) =>
      replaceMethod(
        exports,
        'handleError',
        (original) =>
          function handleError(this: unknown, reply: { request?: { raw?: object } }, error: unknown) {
            attempt(
              noteError,
              error,
              'fastify',
              attempt(() => reply.request?.raw),
            );
            return Reflect.apply(original, this, arguments);
          },
      ),
  },
  channels: {
    'fastify.initialization': ({ fastify: instance }: { fastify: Instance }) => {
      const onRoute = ({ method, url, handler }: Route) => {
        const stack = attempt(captureRegistration, onRoute as never) ?? 0;
        attempt(() => {
          for (const name of isList(method) ? listOf(method, MAX_METHODS) : [method])
            handlers.set(`${plainText(name)} ${plainText(url)}`, {
              handler,
              stack,
              isNamed: namedByParameter.active,
            });
        });
      };
      instance.addHook('onRoute', onRoute);
      if (!instance.version.startsWith('4.')) return;
      instance.addHook('onRequest', (request: FastifyRequest, _reply: unknown, done: () => void) => {
        // With routeOptions present, reading routerPath prints a deprecation warning.
        attempt(() =>
          recordRoute(request, request.routeOptions ? request.routeOptions.url : request.routerPath),
        );
        done();
      });
    },
    'tracing:fastify.request.handler:start': (message: {
      request: FastifyRequest;
      route?: { url?: string };
    }) => recordRoute(message.request, message.route?.url),
  },
};

function recordRoute(request: FastifyRequest, route: string | undefined): void {
  const tracedRequest = currentRequest();
  if (tracedRequest === undefined || route === undefined) return;
  const registration = handlers.get(`${request.method} ${route}`);
  const { params } = request;
  tracedRequest.routeInfo = () => {
    if (registration?.isNamed) return { route: namedRoute(route, params) };
    return {
      route,
      handler: handlerName(registration?.handler),
      stack: registration?.stack,
      params,
    };
  };
}

/** `/trpc/user.byId` of `/trpc/:path`; of a batch, in which any procedures may come together, no names. */
function namedRoute(route: string, params: object | undefined): string {
  return route.replace(/:(\w+)$/, (_, parameter: string) => {
    const name = plainText(ownData(params, parameter)) ?? `:${parameter}`;
    return name.includes(',') ? '(batch)' : name;
  });
}

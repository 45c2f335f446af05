/** NestJS: names the handlers that it wraps before it gives them to Express or Fastify, which know the route. */

import { replaceMethod } from '../call/wrap.cjs';
import { type Framework, handlerNames } from './framework.cjs';

type Adapter = { FastifyAdapter: { prototype: object } };
type Exports = { RouterExplorer: { prototype: object } };

export const nest: Framework = {
  library: '@nestjs/core',
  versions: '>=9 <12',
  files: {
    '@nestjs/core/router/router-explorer.js': ({ RouterExplorer: { prototype } }: Exports) => {
      replaceMethod(prototype, 'createCallbackProxy', (original) =>
        naming(original, (args) => [(args[0] as object).constructor.name, args[2]]),
      );
      replaceMethod(prototype, 'createRequestScopedHandler', (original) =>
        naming(original, (args) => [(args[0] as { name?: string }).name, args[4]]),
      );
    },
    '@nestjs/platform-fastify/adapters/fastify-adapter.js': ({ FastifyAdapter: { prototype } }: Adapter) => {
      if ('requireNonEmptyParams' in prototype)
        replaceMethod(prototype, 'requireNonEmptyParams', (original) =>
          naming(original, ([, handler]) => [handlerNames.get(handler as Function)]),
        );
    },
  },
};

function naming(original: Function, of: (args: unknown[]) => unknown[]): Function {
  return function (this: unknown) {
    const handler = Reflect.apply(original, this, arguments);
    const name = of([...arguments]).join('.');
    if (typeof handler === 'function' && name !== '') handlerNames.set(handler, name);
    return handler;
  };
}

/** Handler names of NestJS, which wraps handlers before it passes them to Express or Fastify. */

import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { dataOf, ownData, plainText } from '../record/app-values.cjs';
import { type Framework, handlerNames } from './framework.cjs';

type Adapter = { FastifyAdapter: { prototype: object } };
type Handler = { ExceptionsHandler: { prototype: object } };
type External = { ExternalExceptionsHandler: { prototype: object } };
type Exports = { RouterExplorer: { prototype: object } };

export const nest: Framework = {
  library: '@nestjs/core',
  versions: '>=9 <12',
  files: {
    '@nestjs/core/router/router-explorer.js': ({ RouterExplorer: { prototype } }: Exports) => {
      replaceMethod(prototype, 'createCallbackProxy', (original) =>
        wrapHandlerFactory(original, (args) => [className(dataOf(args[0], 'constructor')), args[2]]),
      );
      replaceMethod(prototype, 'createRequestScopedHandler', (original) =>
        wrapHandlerFactory(original, (args) => [className(args[0]), args[4]]),
      );
    },
    // Before the app's filters.
    '@nestjs/core/exceptions/exceptions-handler.js': ({ ExceptionsHandler }: Handler) =>
      replaceMethod(
        ExceptionsHandler.prototype,
        'next',
        (original) =>
          function next(this: unknown, error: unknown) {
            attempt(noteError, error, 'nest');
            return Reflect.apply(original, this, arguments);
          },
      ),
    // What resolvers of GraphQL throw, and gateways.
    '@nestjs/core/exceptions/external-exceptions-handler.js': ({ ExternalExceptionsHandler }: External) =>
      replaceMethod(
        ExternalExceptionsHandler.prototype,
        'next',
        (original) =>
          function next(this: unknown, error: unknown) {
            attempt(noteError, error, 'nest');
            return Reflect.apply(original, this, arguments);
          },
      ),
    '@nestjs/platform-fastify/adapters/fastify-adapter.js': ({ FastifyAdapter: { prototype } }: Adapter) => {
      if ('requireNonEmptyParams' in prototype)
        replaceMethod(prototype, 'requireNonEmptyParams', (original) =>
          wrapHandlerFactory(original, ([, handler]) => [handlerNames.get(handler as Function)]),
        );
    },
  },
};

function className(Class: unknown): unknown {
  return ownData(Class, 'name');
}

function wrapHandlerFactory(original: Function, nameParts: (args: unknown[]) => unknown[]): Function {
  return function (this: unknown) {
    const handler = Reflect.apply(original, this, arguments);
    attempt(() => {
      const name = nameParts(Array.from(arguments))
        .map((part) => plainText(part) ?? '…')
        .join('.');
      if (typeof handler === 'function' && name !== '') handlerNames.set(handler, name);
    });
    return handler;
  };
}

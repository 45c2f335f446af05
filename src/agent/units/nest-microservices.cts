/** Units of NestJS's microservices: messages and events of every transport, by the pattern they came with. */

import { replaceMethod } from '../call/wrap.cjs';
import { noteError } from '../errors/request-errors.cjs';
import { attempt } from '../guard.cjs';
import { ownData, plainText } from '../record/app-values.cjs';
import { serialize } from '../record/serialize.cjs';
import { toJson } from '../record/to-json.cjs';
import { state } from '../run-config.cjs';
import { wrapHandler } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

type Exports = Record<string, { prototype: object }>;

export const nestMicroservices: UnitLibrary = {
  library: '@nestjs/microservices',
  versions: '>=9 <12',
  runs: 'message',
  name: 'the pattern',
  files: {
    '@nestjs/microservices/server/server.js': ({ Server }: Exports) =>
      replaceMethod(Server!.prototype, 'addHandler', wrapAddHandler),
    // Before the app's filters, which answer what was thrown.
    '@nestjs/microservices/exceptions/rpc-exceptions-handler.js': ({ RpcExceptionsHandler }: Exports) =>
      replaceMethod(RpcExceptionsHandler!.prototype, 'handle', wrapHandle),
  },
};

function wrapAddHandler(original: Function): Function {
  return function addHandler(this: unknown, pattern: unknown, handler: unknown) {
    if (state.recording === 'off' || typeof handler !== 'function')
      return Reflect.apply(original, this, arguments);
    const name = attempt(nameOf, pattern) ?? '';
    // Nest keeps the promise, and puts what it knows of a handler on the function.
    const unit = wrapHandler(handler, () => ({ kind: 'message', name }), { settles: true });
    return Reflect.apply(original, this, [pattern, unit, ...Array.from(arguments).slice(2)]);
  };
}

/** `orders.get`, also of `{ cmd: 'orders.get' }`. */
function nameOf(pattern: unknown): string {
  return (
    plainText(pattern) ?? plainText(ownData(pattern, 'cmd')) ?? toJson(serialize(pattern)).slice(0, MAX_NAME)
  );
}

const MAX_NAME = 200;

function wrapHandle(original: Function): Function {
  return function handle(this: unknown, error: unknown) {
    attempt(noteError, error, 'nest');
    return Reflect.apply(original, this, arguments);
  };
}

/** Routes of routers that keep nothing of a route but its functions: found again by these. */

import { captureRegistration } from '../call/stack.cjs';
import { attempt } from '../guard.cjs';
import { ownData } from '../record/app-values.cjs';
import type { RouteInfo } from '../request/traced-request.cjs';
import { handlerName, patternText } from './framework.cjs';

interface Registration {
  method: string;
  pattern: string;
  handler: Function;
  stack: number;
}

/** Routes that one function may serve. */
const MAX_ROUTES = 1000;
const PARAMETER = /[:{](\w+)/g;

/** The routes of one kind of router, by their functions. */
export class RegisteredRoutes {
  readonly #byHandler = new WeakMap<Function, Registration[]>();

  /** Adds a route that `wrapper` registers; its last function is the handler. */
  add(wrapper: Function, method: string, path: unknown, functions: unknown[]): void {
    const stack = attempt(captureRegistration, wrapper as never) ?? 0;
    const handler = functions.findLast((fn) => typeof fn === 'function') as Function | undefined;
    if (handler === undefined) return;
    const known = this.#byHandler.get(handler) ?? [];
    if (known.length >= MAX_ROUTES) return;
    known.push({ method, pattern: patternText(path), handler, stack });
    this.#byHandler.set(handler, known);
  }

  /** Route of the functions that a router has found, with what it has read from the path. */
  find(functions: unknown[], method: string, params: object | undefined, above = ''): RouteInfo | undefined {
    for (const fn of functions.toReversed()) {
      const known = typeof fn === 'function' ? this.#byHandler.get(fn) : undefined;
      const fitting = known?.filter((route) => route.method === method || route.method === '*');
      // Of the patterns that one function serves, that whose parameters are there.
      const route =
        fitting?.findLast(({ pattern }) => hasParameters(pattern, params)) ??
        fitting?.at(-1) ??
        known?.at(-1);
      if (route === undefined) continue;
      const { pattern, handler, stack } = route;
      return { route: joined(above, pattern), handler: handlerName(handler), stack, params };
    }
    return undefined;
  }
}

/** Pattern below the path of a mount. */
export function joined(above: string, pattern: string): string {
  const below = pattern.startsWith('/') ? pattern : `/${pattern}`;
  return below === '/' && above !== '' ? above : above + below;
}

function hasParameters(pattern: string, params: object | undefined): boolean {
  const names = [...pattern.matchAll(PARAMETER)].map(([, name = '']) => name);
  const count = params === undefined ? 0 : Object.keys(params).length;
  return names.length === count && names.every((name) => ownData(params, name) !== undefined);
}

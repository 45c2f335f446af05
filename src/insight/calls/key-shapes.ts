/** Shapes of cache keys and of remote calls: their text without ids and arguments. */

import { maskIds } from '../../domain/route.js';

const MAX_CHARS = 2000;

/** Cache key with `#` in place of ids: `user:42:name` becomes `user:#:name`. */
export function cacheKeyShape(key: string): string {
  return maskIds(key.slice(0, MAX_CHARS), /([\s:./|_\-=,;[\](){}]+)/);
}

/** Function of a remote call without its arguments: `users.byId(42)` becomes `users.byId`. */
export function rpcShape(name: string): string {
  const paren = name.indexOf('(');
  return (paren < 0 ? name : name.slice(0, paren)).slice(0, MAX_CHARS).trim();
}

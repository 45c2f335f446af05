/** Cache keys and remote calls without what varies in them. */

import { maskIds } from '../../domain/route.js';

const MAX = 2000;

/** Answers a cache key with `#` for ids: `user:42:name` is `user:#:name`. */
export function cacheKeyShape(key: string): string {
  return maskIds(key.slice(0, MAX), /([\s:./|_\-=,;[\](){}]+)/);
}

/** Answers the function that a remote call names, `service.function`, without arguments. */
export function rpcShape(name: string): string {
  const paren = name.indexOf('(');
  return (paren < 0 ? name : name.slice(0, paren)).slice(0, MAX).trim();
}

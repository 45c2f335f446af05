/** The kind of calls that hash passwords, and what of them may be told. */

import type { KindFacts } from '../../../domain/library.js';

export const HASH_KINDS: KindFacts[] = [
  { kind: 'hash', title: 'Hashes', noun: 'password hash', nouns: 'password hashes', slow: 1000, loop: true },
];

/** Cost of a hash by bcrypt, of a number or of a hash or salt, where it stands behind its version (`$2b$12$…`). */
export function bcryptCost(given: unknown): { rounds?: number } {
  const rounds = typeof given === 'string' ? Number(/^\$2[aby]?\$(\d\d)\$/.exec(given)?.[1]) : given;
  return typeof rounds === 'number' && !Number.isNaN(rounds) ? { rounds } : {};
}

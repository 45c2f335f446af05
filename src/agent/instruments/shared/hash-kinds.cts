/** The kind of calls that hash passwords, in threads of their own. */

import type { KindFacts } from '../../../domain/library.js';

export const HASH_KINDS: KindFacts[] = [
  { kind: 'hash', title: 'Hashes', noun: 'password hash', nouns: 'password hashes', slow: 1000, loop: true },
];

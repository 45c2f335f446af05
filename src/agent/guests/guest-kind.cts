/** Kinds of instruments by others: a word, or an object that says what it is called and how it is judged. */

import type { KindFacts } from '../../domain/library.js';

const KIND = /^[a-z][a-z0-9_-]{0,30}$/;
/** Kinds that stand for something else than a call of the app's. */
const RESERVED = new Set(['log', 'cpu', 'block', 'blocked', 'constructor', 'prototype']);
const TEXTS = ['title', 'noun', 'nouns', 'timing'] as const;
const FLAGS = ['loop', 'wraps'] as const;
const MAX_TEXT = 100;

/** Facts of a kind; throws an Error with what is wrong with them. */
export function kindFactsOf(kind: unknown): KindFacts {
  const given = typeof kind === 'object' && kind !== null ? (kind as Record<string, unknown>) : { kind };
  const word = given.kind;
  if (typeof word !== 'string' || !KIND.test(word))
    throw new Error('has no kind: a word in small letters, such as search, or an object with one');
  if (RESERVED.has(word)) throw new Error(`has the kind ${word}, which stands for something else than calls`);
  const facts: KindFacts = { kind: word };
  for (const key of TEXTS) {
    const text = given[key];
    if (typeof text === 'string' && text !== '') facts[key] = text.slice(0, MAX_TEXT);
    else if (text !== undefined) throw new Error(`has a kind whose ${key} is no text`);
  }
  for (const key of FLAGS) if (given[key] === true) facts[key] = true;
  const { slow } = given;
  if (typeof slow === 'number' && slow >= 0) facts.slow = slow;
  else if (slow !== undefined) throw new Error('has a kind whose slow is no number of ms');
  return facts;
}

/** Whether there is more to say of a kind than its word. */
export function isDescribed(facts: KindFacts): boolean {
  return Object.keys(facts).length > 1;
}

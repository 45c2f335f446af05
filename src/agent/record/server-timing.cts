/**
 * The Server-Timing header of a response: calls by kind, the app's own time, scooby's, and all, as
 * known when the head is written. The network panel of every browser shows it.
 */

import type { KindFacts } from '../../domain/library.js';
import type { CallTimes, KindTime } from './call-times.cjs';

/** Entries of kinds; browsers show ten well, and servers in front of the app may limit heads. */
const MAX_KINDS = 7;
const MAX_NAME = 32;
const FIRST_KINDS = ['sql', 'cache', 'rpc', 'http'];
const NOT_IN_TEXT = /[^ !#-[\]-~]/g;
const NOT_IN_TOKEN = /[^\w!#$%&'*+.^`|~-]/g;

/** Kinds that instruments by others have named. */
const named = new Map<string, KindFacts>();

/** Sets by which name, and which nouns, the time of a kind is told. */
export function nameTiming(facts: KindFacts): void {
  named.set(facts.kind, facts);
}

/** What is told of a request at an instant; times are ms. */
export interface HeadTimes {
  times: CallTimes;
  at: number;
  total: number;
  own: number;
}

/** Value of the header: `sql;dur=48.2;desc="51 queries", app;dur=12.3, scooby;dur=0.4, total;dur=85`. */
export function serverTiming({ times, at, total, own }: HeadTimes): string {
  let value = '';
  let told = 0;
  for (const time of inOrder(times.kinds)) {
    if (time.count <= 0 || told++ >= MAX_KINDS) continue;
    value += `${tokenOf(time.kind)};dur=${rounded(time.upTo(at))};desc="${describeKind(time)}", `;
  }
  const app = Math.max(0, total - times.all.upTo(at) - own);
  return `${value}app;dur=${rounded(app)}, scooby;dur=${rounded(own)}, total;dur=${rounded(total)}`;
}

/** The best known kinds first, whichever was called first. */
function inOrder(kinds: KindTime[]): KindTime[] {
  return kinds.length < 2 ? kinds : kinds.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function placeOf({ kind }: KindTime): number {
  const place = FIRST_KINDS.indexOf(kind);
  return place < 0 ? FIRST_KINDS.length : place;
}

function describeKind({ kind, count, hits, misses }: KindTime): string {
  if (kind === 'sql') return counted(count, 'query', 'queries');
  if (kind === 'http') return counted(count, 'request', 'requests');
  const { noun = 'call', nouns = `${noun}s` } = named.get(kind) ?? {};
  const calls = counted(count, textOf(noun), textOf(nouns));
  return hits + misses > 0 ? `${calls}, ${counted(hits, 'hit', 'hits')}` : calls;
}

/** A head has room for neither other characters nor the end of the text. */
function textOf(noun: string): string {
  return noun.replace(NOT_IN_TEXT, '_');
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A kind of an instrument by others may have any name. */
function tokenOf(kind: string): string {
  return (named.get(kind)?.timing ?? kind).slice(0, MAX_NAME).replace(NOT_IN_TOKEN, '_');
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}

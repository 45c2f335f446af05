/** Handled errors: failed calls that were reported, replaced by another call, or wanted. */

import { isTimed } from '../../domain/span-kinds.js';
import { type Call, cacheCommandOf } from '../calls/calls.js';
import type { Scene } from '../scene.js';
import { failureOf } from './failed-answers.js';

// Errors that answer a question: does the row, the table or the lock exist?
const ANSWERS =
  /^(?:23505|23P01|42P0[4-7]|42701|42710|55P03|ER_DUP_ENTRY|ER_DUP_KEY|ER_TABLE_EXISTS|ER_DB_CREATE_EXISTS|ER_LOCK_NOWAIT|1062|SQLITE_CONSTRAINT)|duplicate (?:key|entry|column)|UNIQUE constraint|already exists|E11000|NOT_FOUND|NOSCRIPT|BUSYGROUP|could not obtain lock|WATCH/i;
// Ended by the app: an abort, or a cancelled query.
const CANCELLED =
  /\babort|\bcancel(?:l?ed|ling|led by)?\b(?!.*statement timeout)|ERR_CANCELED|QUERY_INTERRUPTED|57014(?!.*timeout)|\bCANCELLED\b|execution was interrupted/i;
// A service that collects errors.
const COLLECTOR =
  /sentry|bugsnag|rollbar|honeybadger|airbrake|raygun|datadoghq|newrelic|nr-data|logtail|logflare|hooks\.slack|pagerduty|opsgenie|\/envelope\/?(?:\?|$)/i;
const ERROR_LEVEL = /^(?:warn|warning|err|error|fatal|crit|critical|alert|emerg|emergency|[45678]0)$/i;
const ERROR_WORDS =
  /fail|error|exception|could not|couldn't|cannot|can't|unable|unavailable|timed? ?out|refused/i;
/** Characters of an error's message by which a log line is recognised. */
const MIN_MESSAGE = 8;

/** Whether a call's error says what the app wanted to know, or to happen. */
export function isWantedError({ span }: Call): boolean {
  const { error } = span;
  if (span.detail?.aborted === true) return true;
  return error !== undefined && (ANSWERS.test(error) || CANCELLED.test(error));
}

/** Whether an error was reported: in the log, to a collector, or in the response's own errors. */
export function isReported(scene: Scene, call: Call): boolean {
  return scene.calls.some((other) => {
    if (other.span.kind === 'graphql')
      return other.start <= call.start + 0.01 && Number(other.span.detail?.errors) > 0;
    if (other.start < call.end - 0.5) return false;
    if (other.span.kind === 'log') return isLogged(call, other);
    return other.span.kind === 'http' && other.verb === 'POST' && COLLECTOR.test(other.span.name);
  });
}

// A line of another error does not report this one: from the warning level on any line counts that
// says nothing of another call, below it one with the error's message, or a word for a failure.
function isLogged(call: Call, { span }: Call): boolean {
  const message = messageOf(failureOf(call)!);
  if (message.length >= MIN_MESSAGE && (span.name.includes(message) || hasValue(span.detail, message)))
    return true;
  return ERROR_LEVEL.test(String(span.detail?.level ?? '')) || ERROR_WORDS.test(span.name);
}

function hasValue(detail: Call['span']['detail'], message: string): boolean {
  return JSON.stringify(detail?.values ?? '').includes(JSON.stringify(message).slice(1, -1));
}

// `42P01: relation "audit" does not exist`
function messageOf(error: string): string {
  return error
    .split('\n', 1)[0]!
    .replace(/^[A-Z0-9_]+: /, '')
    .slice(0, 120);
}

// The transaction lost to another one: it is run once more.
const LOST =
  /^(?:40001|40P01|1213|1205|ER_LOCK_(?:DEADLOCK|WAIT_TIMEOUT)|SQLITE_BUSY)|could not serialize|deadlock/i;

/** Whether another call did what the failed call was to do. */
export function hasReplacement(scene: Scene, call: Call): boolean {
  let isNext = true;
  const isLost = LOST.test(call.span.error ?? '');
  for (const later of scene.calls.slice(call.order + 1)) {
    const { span } = later;
    if (!isTimed(span)) continue;
    if (call.span.kind === 'sql' && later.verb === 'ROLLBACK' && / TO /.test(later.shape)) return true;
    const isGood = failureOf(later) === undefined;
    if (isGood && isSameWork(call, later)) return true;
    if (isLost && later.verb === 'COMMIT' && isGood) return true;
    if (isNext && isGood && isFallback(call, later)) return true;
    if (later.start >= call.end - 0.01 && !later.isSetup && isGood) isNext = false;
  }
  return false;
}

// A retry, or the same from a mirror or a replica.
function isSameWork(call: Call, later: Call): boolean {
  const { kind } = call.span;
  if (later.span.kind !== kind) return false;
  if (later.shape === call.shape) return true;
  if (kind === 'http') return later.verb === call.verb && hasSameTarget(call, later);
  return false;
}

function hasSameTarget(a: Call, b: Call): boolean {
  const [pathA, pathB] = [a, b].map(({ shape }) =>
    shape.replace(/^[A-Z]+ [a-z][a-z0-9+.-]*:\/\/[^/?]*/i, '').replace(/\?.*$/, ''),
  );
  if (pathA === pathB) return true;
  // A loop over mirrors: one line, and the same last part of the path.
  const [lastA, lastB] = [pathA, pathB].map((path) => path!.split('/').at(-1));
  return a.positions[0] === b.positions[0] && a.positions[0] !== undefined && lastA === lastB;
}

// The next call of the same function reads elsewhere what could not be read: a cache, a database, a
// service. What could not be written is not replaced by a read.
function isFallback(call: Call, later: Call): boolean {
  if (!isRead(call) || !isRead(later) || later.start < call.end - 0.01) return false;
  if (!isSameFunction(call, later)) return false;
  // A service and a database seldom have the same; a cache has what either has.
  if (later.span.kind !== call.span.kind) return later.span.kind === 'cache' || call.span.kind === 'cache';
  if (later.span.library !== call.span.library) return true;
  if (call.span.kind === 'http' || call.span.kind === 'rpc') return true;
  if (call.span.kind !== 'sql') return false;
  return (
    call.span.detail?.source !== later.span.detail?.source ||
    later.sql!.tables.some((table) => call.sql!.tables.some((other) => isLikeTable(table, other)))
  );
}

// users and users_archive, new_users or v2.users: a view, a copy or another version of the table.
function isLikeTable(a: string, b: string): boolean {
  if (a.startsWith(b) || b.startsWith(a)) return true;
  const [wordsA, wordsB] = [a, b].map((name) => name.split(/[_.]/));
  return wordsA!.every((word) => wordsB!.includes(word)) || wordsB!.every((word) => wordsA!.includes(word));
}

function isSameFunction(a: Call, b: Call): boolean {
  if (a.site === undefined || b.site === undefined) return false;
  const [fromA, fromB] = [a, b].map(({ site, callers }) => [site!, ...callers].slice(0, 3));
  return fromA!.some((frame) =>
    fromB!.some((other) => frame.file === other.file && frame.function === other.function),
  );
}

const CACHE_READ =
  /^(?:m?gets?|getmulti|h?m?get\w*|exists|ttl|s\w*members?|z\w*range\w*|lrange|json\.m?get)$/;

function isRead({ span, verb, sql }: Call): boolean {
  switch (span.kind) {
    case 'sql':
      return verb === 'SELECT' && !sql!.isWrite;
    case 'cache':
      return CACHE_READ.test(cacheCommandOf(span).command.toLowerCase());
    case 'http':
      return verb === 'GET' || verb === 'HEAD' || verb === 'POST';
    default:
      return span.kind === 'rpc';
  }
}

/**
 * Layout of a project in Redis: a document and a summary of each trace under keys of their own, index
 * and live stream under one tag, source texts by content; every key has a time to live.
 */

import type { Summary } from '../../domain/trace.js';
import { type PackedBody, unpack } from '../body.js';

/** Version of the layout. */
const VERSION = 1;
/** Entries of the live stream, about: a reader that is further behind reads the index anew. */
export const MAX_LIVE = 1000;
/** First byte of a deflated text; others begin as JSON does. */
const DEFLATED = 0x7a;

/** A summary in Redis, with what selects and orders it. */
export interface StoredSummary {
  row: Summary;
  /** Epoch ms. */
  expires: number;
  /** Order of arrival among requests that began at one instant. */
  order: number;
  /** Key of the run. */
  run?: string;
  host: string;
  outside?: true;
}

/** A run in Redis. */
export interface StoredRun {
  number: number;
  start: number;
  command: string;
  host: string;
}

/** Names of a project's keys. */
export class RedisKeys {
  readonly prefix: string;

  constructor(project: string) {
    this.prefix = `scooby:${VERSION}:${project.replace(/[^\w.-]/g, '-').slice(0, 100) || 'project'}:`;
  }

  document(id: string): string {
    return `${this.prefix}t:${id}`;
  }

  summary(id: string): string {
    return `${this.prefix}s:${id}`;
  }

  source(hash: string): string {
    return `${this.prefix}src:${hash}`;
  }

  /** One slot of a cluster: what is written in one transaction. */
  index(name: 'newest' | 'outside' | 'live' | 'runs' | 'number' | `c:${string}`): string {
    return `${this.prefix}{i}:${name}`;
  }
}

/** A body as it is stored. */
export function encodeBody(body: PackedBody): Buffer | string {
  return typeof body === 'string' ? body : Buffer.concat([Buffer.of(DEFLATED), body]);
}

/** Inverse of `encodeBody`; throws where the bytes are damaged. */
export function decodeBody(stored: Buffer): PackedBody {
  return stored[0] === DEFLATED ? stored.subarray(1) : stored.toString('utf8');
}

/** Text of a stored body. */
export function textOf(stored: Buffer): string {
  return unpack(decodeBody(stored));
}

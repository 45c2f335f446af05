/**
 * Journal of the exchanges that are not settled, a file in the run's folder: what the proxy of a
 * killed launcher knew of its requests, for the next start to save.
 */

import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Exchange, ExchangeEnd } from '../proxy/observer.js';
import type { ExchangeReportItem } from './collector-messages.js';

const NAME = 'exchanges.journal';
/** Bytes after which it is written anew, without what has been settled meanwhile. */
const MIN_REWRITE_BYTES = 1024 * 1024;
/** ms between two attempts to write it anew after a failure. */
const RETRY_MS = 1000;

/** An exchange, and how it ended if it has. */
export interface JournalledExchange {
  start: Exchange;
  end?: ExchangeEnd;
}

/** The growing file; a full disk costs what the next start could have saved, and nothing else. */
export class ExchangeJournal {
  readonly #path: string;
  readonly #pending: () => ExchangeReportItem[];
  #fd = -1;
  #size = 0;
  #maxSize = MIN_REWRITE_BYTES;
  #failedAt = Number.NEGATIVE_INFINITY;

  /** `pending` returns all exchanges that are not settled, those that are being appended included. */
  constructor(folder: string, pending: () => ExchangeReportItem[]) {
    this.#path = join(folder, NAME);
    this.#pending = pending;
  }

  append(items: ExchangeReportItem[]): void {
    try {
      if (this.#fd < 0 || this.#size > this.#maxSize) this.#rewrite();
      else this.#write(items);
    } catch {
      this.#failedAt = performance.now();
      this.close();
    }
  }

  /** Begins anew in a folder that has been made again. */
  reopen(): void {
    this.close();
    this.#failedAt = Number.NEGATIVE_INFINITY;
    this.append([]);
  }

  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
  }

  #rewrite(): void {
    if (performance.now() - this.#failedAt < RETRY_MS) return;
    this.close();
    const path = `${this.#path}.new`;
    this.#fd = openSync(path, 'w', 0o600);
    this.#size = 0;
    this.#write(this.#pending());
    renameSync(path, this.#path);
    this.#maxSize = Math.max(MIN_REWRITE_BYTES, 2 * this.#size);
  }

  #write(items: ExchangeReportItem[]): void {
    const bytes = Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(''));
    this.#size += bytes.length;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
  }
}

/** Exchanges of a run that was killed, by id; lines that are none are left out. */
export function readJournal(folder: string): Map<string, JournalledExchange> {
  const exchanges = new Map<string, JournalledExchange>();
  for (const line of textOf(join(folder, NAME)).split('\n')) {
    const item = itemOf(line);
    if (item === undefined) continue;
    if ('start' in item) exchanges.set(item.start.id, { ...exchanges.get(item.start.id), start: item.start });
    else {
      const exchange = exchanges.get(item.end.id);
      if (exchange !== undefined) exchange.end = item.end;
    }
  }
  return exchanges;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function itemOf(line: string): ExchangeReportItem | undefined {
  try {
    const item = JSON.parse(line);
    const isStart = item.start !== undefined && isExchange(item.start);
    return isStart || (item.end !== undefined && isExchangeEnd(item.end)) ? item : undefined;
  } catch {
    return undefined;
  }
}

function isExchange({ id, method, url, start, headers }: Partial<Exchange>): boolean {
  const areTexts = [id, method, url].every((text) => typeof text === 'string');
  return areTexts && Number.isFinite(start) && areHeaders(headers);
}

function isExchangeEnd({ id, duration, status, headers, reached }: Partial<ExchangeEnd>): boolean {
  const areNumbers = Number.isFinite(duration) && (status === undefined || Number.isSafeInteger(status));
  const isKnown = typeof id === 'string' && typeof reached === 'boolean';
  return areNumbers && isKnown && (headers === undefined || areHeaders(headers));
}

function areHeaders(headers: unknown): boolean {
  const isPair = (pair: unknown) =>
    Array.isArray(pair) && pair.length === 2 && pair.every((text) => typeof text === 'string');
  return Array.isArray(headers) && headers.every(isPair);
}

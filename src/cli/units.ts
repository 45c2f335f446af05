/** Durations and sizes as people type them. */

import { UserError } from '../errors.js';

const MS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Answers ms for `100ms`, `1.5s`, `10m`, `24h`, `7d`; a bare number is in `unit`. Throws a UserError for anything else. */
export function parseDuration(text: string, option: string, unit = 'ms'): number {
  return parse(text, MS, unit) ?? refuse(text, option, 'a duration such as 100ms, 1.5s, 10m, 24h or 7d');
}

/** Answers bytes for `64kb`, `512mb`, `2gb`; a bare number is MB. Throws a UserError for anything else. */
export function parseSize(text: string, option: string): number {
  return parse(text, BYTES, 'mb') ?? refuse(text, option, 'a size such as 64mb or 2gb');
}

/** Answers a whole number from `least` to `most`. Throws a UserError for anything else. */
export function parseNumber(text: string, option: string, least: number, most: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  return refuse(text, option, `a whole number from ${least} to ${most}`);
}

function parse(text: string, units: Record<string, number>, unit: string): number | undefined {
  const [, number, given] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = units[(given || unit).toLowerCase()];
  return number === undefined || factor === undefined ? undefined : Number(number) * factor;
}

function refuse(text: string, option: string, wanted: string): never {
  throw new UserError(`${option} wants ${wanted}, not "${text}".`);
}

/** Durations and sizes as people write them on a command line. */

import { InvalidArgumentError } from 'commander';

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES = { b: 1, kb: 1 << 10, mb: 1 << 20, gb: 1 << 30 };

function amount(text: string, units: Record<string, number>, bare: number): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const name = unit?.toLowerCase() ?? '';
  if (name !== '' && !Object.hasOwn(units, name)) return undefined;
  return Number(digits) * (name === '' ? bare : units[name]!);
}

/** Answers the ms that `250ms`, `1.5s`, `24h` or `7d` mean; a bare number is ms. */
export const parseDuration = durationParser('ms');

/** Answers a parser of durations whose bare numbers are in that unit. */
export function durationParser(unit: keyof typeof MS): (text: string) => number {
  return (text) => {
    const value = amount(text, MS, MS[unit]);
    if (value === undefined)
      throw new InvalidArgumentError('Write a duration such as 250ms, 1.5s, 24h or 7d.');
    return value;
  };
}

/** Answers the bytes that `512MB` or `2GB` mean; a bare number is bytes. */
export function parseSize(text: string): number {
  const value = amount(text, BYTES, 1);
  if (value === undefined) throw new InvalidArgumentError('Write a size such as 64MB or 2GB.');
  return Math.round(value);
}

/** Answers a whole number above 0. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('Write a number above 0.');
  return value;
}

/** Answers a port, or 0 for any free one. */
export function parsePort(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('Write a port, 0 to 65535.');
  return value;
}

/**
 * Parsers of durations, sizes, counts and ports on a command line; invalid text throws an
 * InvalidArgumentError.
 */

import { InvalidArgumentError } from 'commander';
import { isPathPattern } from '../../domain/record-rules.cjs';

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const BYTES = { b: 1, kb: 1 << 10, mb: 1 << 20, gb: 1 << 30 };

/**
 * Amount in base units; a number without a unit is multiplied by `unitless`, undefined is invalid
 * text.
 */
function parseAmount(text: string, units: Record<string, number>, unitless: number): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  if (digits === undefined) return undefined;
  const name = unit?.toLowerCase() ?? '';
  if (name !== '' && !Object.hasOwn(units, name)) return undefined;
  return Number(digits) * (name === '' ? unitless : units[name]!);
}

/** Milliseconds of `250ms`, `1.5s`, `24h` or `7d`; a number without a unit is ms. */
export const parseDuration = durationParser('ms');

/** Parser of durations to ms; a number without a unit is in `unit`. */
export function durationParser(unit: keyof typeof MS): (text: string) => number {
  return (text) => {
    const value = parseAmount(text, MS, MS[unit]);
    if (value === undefined)
      throw new InvalidArgumentError('Write a duration such as 250ms, 1.5s, 24h or 7d.');
    return value;
  };
}

/** Bytes of `512MB` or `2GB`; a number without a unit is bytes. */
export function parseSize(text: string): number {
  const value = parseAmount(text, BYTES, 1);
  if (value === undefined) throw new InvalidArgumentError('Write a size such as 64MB or 2GB.');
  return Math.round(value);
}

/** A share of `1/100`, `1%` or `0.01`: above 0, at most 1. */
export function parseShare(text: string): number {
  const [, amount, over, percent] =
    /^(\d+(?:\.\d+)?|\.\d+)\s*(?:\/\s*(\d+(?:\.\d+)?)|(%))?$/.exec(text.trim()) ?? [];
  const value = Number(amount) / (percent === undefined ? Number(over ?? 1) : 100);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Write a share such as 1/100, 1% or 0.01.');
  return value;
}

/** A pattern of paths, added to those before. */
export function collectPattern(text: string, patterns: string[] = []): string[] {
  if (isPathPattern(text)) return [...patterns, text];
  throw new InvalidArgumentError(
    'Write a path such as /health, /admin/ with all below it, /api/*/raw, or an ending such as .js; without a query.',
  );
}

/** A whole number above 0. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('Write a whole number above 0.');
  return value;
}

/** A port; 0 stands for any free port. */
export function parsePort(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > 65_535) throw new InvalidArgumentError('Write a port, 0 to 65535.');
  return value;
}

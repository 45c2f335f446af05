/** Names of the values of a loop that were not recorded whole. */

import type { Trace } from '../../domain/trace.js';
import { dialectOf } from '../libraries.js';
import { templateOf } from './template.js';

/** Names such as `$2`, each once; empty where the statements cannot be read. */
export function maskedValues(trace: Trace, spans: number[]): string[] {
  const calls = spans.flatMap((index) => trace.spans[index] ?? []);
  try {
    const template = templateOf(calls, dialectOf(trace, calls[0]?.library ?? ''));
    const lost = template.calls.flatMap((call) => call.flatMap(({ name, loss }) => (loss ? name : [])));
    return [...new Set(lost)];
  } catch {
    return [];
  }
}

/** Question for such a value: `$2 was masked. Its value, the same in all calls`. */
export function maskedQuestion(name: string): string {
  return `${name} was masked. Its value, the same in all calls`;
}

/** The cache calls of a request. */

import { callsPanel, noneOf } from '../calls.js';

/** Answers a call without what varies in its key: `get user:#`. */
export function keyShape(name: string): string {
  return name.replace(/[0-9a-f]{8,}|\d+/gi, '#');
}

export const cachePanel = callsPanel({ title: 'Cache', short: 'Cache', key: '3' }, 'cache', {
  noun: 'COMMAND',
  shape: (span) => keyShape(span.name),
  label: (text) => [text],
  reason: noneOf('cache calls'),
});

/** The cache calls of a request. */

import { callsPanel, noneOf } from '../calls.js';

export const cachePanel = callsPanel({ title: 'Cache', short: 'Cache', key: '3' }, 'cache', {
  noun: 'COMMAND',
  label: (text) => [text],
  reason: noneOf('cache calls'),
});

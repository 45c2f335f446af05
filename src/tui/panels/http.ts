/** The HTTP requests that a request made itself. */

import { callsPanel, noneOf } from '../calls.js';
import { keyShape } from './cache.js';

export const httpPanel = callsPanel({ title: 'HTTP', short: 'HTTP', key: '5' }, 'http', {
  noun: 'REQUEST',
  shape: (span) => keyShape(span.name.replace(/[?#].*$/, '')),
  label: (text) => [text],
  reason: noneOf('outgoing HTTP requests'),
});

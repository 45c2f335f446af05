/** The HTTP requests that a request made itself. */

import { callsPanel, noneOf } from '../calls.js';

export const httpPanel = callsPanel({ title: 'HTTP', short: 'HTTP', key: '5' }, 'http', {
  noun: 'REQUEST',
  label: (text) => [text],
  reason: noneOf('outgoing HTTP requests'),
});

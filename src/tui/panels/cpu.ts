/** Where a request spent its processor time. */

import { callsPanel } from '../calls.js';

export const cpuPanel = callsPanel({ title: 'CPU', short: 'CPU', key: '7' }, 'cpu', {
  noun: 'FUNCTION',
  label: (text) => [text],
  reason: () => ['no CPU profile was taken of this request'],
});

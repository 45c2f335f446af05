/** The remote procedures that a request called. */

import { callsPanel, noneOf } from '../calls.js';

export const rpcPanel = callsPanel({ title: 'RPC', short: 'RPC', key: '4' }, 'rpc', {
  noun: 'PROCEDURE',
  label: (text) => [text],
  reason: noneOf('remote procedure calls'),
});

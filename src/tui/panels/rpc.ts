/** RPC tab: the remote procedures that a request's handler called. */

import { callsPanel } from './calls-table.js';

export const rpcPanel = callsPanel('rpc');

/** The remote procedures that a request called. */

import { callsPanel } from './calls-table.js';

export const rpcPanel = callsPanel('rpc');

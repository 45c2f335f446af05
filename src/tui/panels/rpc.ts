/** The remote procedures that a request called. */

import { callsPanel } from '../calls.js';

export const rpcPanel = callsPanel('rpc');

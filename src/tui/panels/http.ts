/** HTTP tab: the HTTP requests that a request's handler sent. */

import { callsPanel } from './calls-table.js';

export const httpPanel = callsPanel('http');

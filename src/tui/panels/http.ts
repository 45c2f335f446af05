/** The HTTP requests that a request made itself. */

import { callsPanel } from './calls-table.js';

export const httpPanel = callsPanel('http');

/** The HTTP requests that a request made itself. */

import { callsPanel } from '../calls.js';

export const httpPanel = callsPanel('http');

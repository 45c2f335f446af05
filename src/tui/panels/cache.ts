/** The cache calls of a request. */

import { callsPanel } from '../calls.js';

export const cachePanel = callsPanel('cache');

/** Cache tab: the cache calls of a request. */

import { callsPanel } from './calls-table.js';

export const cachePanel = callsPanel('cache');

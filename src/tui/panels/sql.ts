/** The queries of a request. */

import { callsPanel } from '../calls.js';
import { colourSql } from '../sql.js';

export const sqlPanel = callsPanel('sql', colourSql);

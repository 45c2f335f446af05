/** SQL tab: the queries of a request. */

import { colourSql } from '../../screens/sql-highlight.js';
import { callsPanel } from './calls-table.js';

export const sqlPanel = callsPanel('sql', colourSql);

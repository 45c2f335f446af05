/** The queries of a request. */

import { callsPanel, noneOf } from '../calls.js';
import { colourSql } from '../sql.js';

export const sqlPanel = callsPanel({ title: 'SQL', short: 'SQL', key: '2' }, 'sql', {
  noun: 'QUERY',
  label: colourSql,
  reason: noneOf('queries'),
});

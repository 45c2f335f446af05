/** The queries of a request. */

import { dialectOf } from '../../insight/calls.js';
import { callsPanel, noneOf } from '../calls.js';
import { colourSql } from '../sql.js';

export const sqlPanel = callsPanel({ title: 'SQL', short: 'SQL', key: '2' }, 'sql', {
  noun: 'QUERY',
  label: (text, library) => colourSql(text, dialectOf(library)),
  reason: noneOf('queries'),
});

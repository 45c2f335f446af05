/** Text of a call on one line, SQL in colours. */

import { escapeToOneLine } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { dialectOf } from '../../../insight/libraries.js';
import { colourSql, MAX_LABEL } from '../../../screens/sql-highlight.js';
import { LineText } from './LineText.js';

interface CallLabelProps {
  trace: Trace;
  kind: string;
  library: string;
  text: string;
}

/** The label. */
export function CallLabel({ trace, kind, library, text }: CallLabelProps) {
  const label = escapeToOneLine(text.slice(0, MAX_LABEL));
  return (
    <span className="call-label">
      {kind === 'sql' ? <LineText line={colourSql(label, dialectOf(trace, library))} /> : label}
    </span>
  );
}

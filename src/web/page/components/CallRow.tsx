/** A single call in the list of its tab. */

import { formatMs } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { lateMark } from '../../../screens/call-groups.js';
import { CallDetail } from './CallDetail.js';
import { CallLabel } from './CallLabel.js';
import { SiteText } from './SiteText.js';

/** What the rows of calls share. */
export interface CallRowProps {
  trace: Trace;
  isOpen: boolean;
  isCursor: boolean;
  /** Word of a finding that the call is in. */
  mark: string | undefined;
  toggle(): void;
}

/** The row, and the call below it while it is open. */
export function CallRow({
  trace,
  span: index,
  isOpen,
  isCursor,
  mark,
  toggle,
}: CallRowProps & { span: number }) {
  const span = trace.spans[index]!;
  const end = mark ?? lateMark(span);
  return (
    <li className={isOpen ? 'call is-open' : 'call'} data-cursor={isCursor}>
      <button type="button" className="call-button" aria-expanded={isOpen} onClick={toggle}>
        <span className="number call-count dim">+{formatMs(span.start)}</span>
        <span className="number call-total">
          {span.duration === undefined ? '…' : formatMs(span.duration)}
        </span>
        <CallLabel trace={trace} kind={span.kind} library={span.library} text={span.name} />
        <span className="call-end">
          {span.site !== undefined && <SiteText site={span.site} />}
          {span.error !== undefined ? (
            <span className="badge fill-error">ERR</span>
          ) : (
            end && <span className="badge fill-warn">{end}</span>
          )}
        </span>
      </button>
      {isOpen && <CallDetail trace={trace} span={index} />}
    </li>
  );
}

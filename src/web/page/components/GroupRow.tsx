/** Calls that differ in their values only: how many, how long together, from which line. */

import { useState } from 'react';
import { formatCount, formatMs, formatWhole } from '../../../domain/text.js';
import type { Group } from '../../../insight/calls/groups.js';
import { lateMark } from '../../../screens/call-groups.js';
import { CallDetail } from './CallDetail.js';
import { CallLabel } from './CallLabel.js';
import type { CallRowProps } from './CallRow.js';
import { SiteText } from './SiteText.js';

/** Buttons of single calls that are drawn. */
const MAX_CALLS = 200;

type GroupRowProps = CallRowProps & {
  group: Group;
  /** The call of the address. */
  item: number | undefined;
};

/** The row, and its calls while it is open. */
export function GroupRow({ trace, group, item, isOpen, isCursor, mark, toggle }: GroupRowProps) {
  const { spans, total, average, errors, site, kind, library, shape, slowest } = group;
  const end = mark ?? lateMark(trace.spans[spans[0]!]!);
  return (
    <li className={isOpen ? 'call is-open' : 'call'} data-cursor={isCursor}>
      <button type="button" className="call-button" aria-expanded={isOpen} onClick={toggle}>
        <span className={`number call-count ${spans.length > 1 ? 'call-many' : 'dim'}`}>
          {formatWhole(spans.length)}×
        </span>
        <span className="number call-total">{formatMs(total)}</span>
        <span className="call-text">
          <CallLabel trace={trace} kind={kind} library={library} text={shape} />
          {spans.length > 1 && <span className="dim call-average">{formatMs(average)} each</span>}
        </span>
        <span className="call-end">
          {site !== undefined && <SiteText site={site} />}
          {errors > 0 ? (
            <span className="badge fill-error">ERR {errors}</span>
          ) : (
            end && <span className="badge fill-warn">{end}</span>
          )}
        </span>
      </button>
      {isOpen && <GroupBody key={slowest} trace={trace} group={group} item={item} />}
    </li>
  );
}

/** The calls of a group as bars to choose from, and the chosen one. */
function GroupBody({ trace, group, item }: Pick<GroupRowProps, 'trace' | 'group' | 'item'>) {
  const { spans, slowest } = group;
  const [chosen, setChosen] = useState(item !== undefined && spans.includes(item) ? item : slowest);
  const longest = trace.spans[slowest]?.duration ?? 1;
  return (
    <div className="group-body">
      {spans.length > 1 && (
        <div className="group-calls">
          <span className="dim">
            {chosen === slowest
              ? `the slowest of ${formatCount(spans.length, 'call')}`
              : `call ${spans.indexOf(chosen) + 1} of ${formatWhole(spans.length)}`}
          </span>
          <div className="sparks" role="group" aria-label="calls of the group">
            {spans.slice(0, MAX_CALLS).map((index, n) => (
              <button
                key={index}
                type="button"
                className="spark"
                aria-pressed={index === chosen}
                aria-label={`call ${n + 1}, ${formatMs(trace.spans[index]!.duration ?? 0)}`}
                title={formatMs(trace.spans[index]!.duration ?? 0)}
                onClick={() => setChosen(index)}
              >
                <span
                  className={`bg-${trace.spans[index]!.error === undefined ? group.kind : 'error'}`}
                  style={{ height: `${Math.max(8, ((trace.spans[index]!.duration ?? 0) / longest) * 100)}%` }}
                />
              </button>
            ))}
          </div>
        </div>
      )}
      <CallDetail trace={trace} span={chosen} />
    </div>
  );
}

/** Where a request's time went: its parts side by side, and their legend. */

import { escapeToOneLine, formatMs, formatWhole } from '../../../domain/text.js';
import { partFactsOf, shareOfTime, type TimeSpent } from '../../../domain/time-spent.js';
import type { Total } from '../../../domain/trace.js';

function percent(share: number): string {
  const value = Math.round(share * 100);
  return value === 0 ? '<1%' : `${value}%`;
}

/** Bar and legend; nothing where no time passed. */
export function TimeBar({ time, totals = {} }: { time: TimeSpent; totals?: Record<string, Total> }) {
  if (time.total === 0) return null;
  return (
    <div className="time-bar">
      <div className="time-bar-lane" aria-hidden="true">
        {time.parts.map(({ part, ms }) => (
          <span
            key={part}
            className={`bg-${partFactsOf(part).role} part-${part === 'unaccounted' ? 'rest' : 'known'}`}
            style={{ flexGrow: shareOfTime(ms, time.total) }}
          />
        ))}
      </div>
      <ul className="legend">
        {time.parts.map((each) => (
          <LegendEntry
            key={each.part}
            each={each}
            total={time.total}
            count={Object.hasOwn(totals, each.part) ? totals[each.part]!.count : undefined}
          />
        ))}
      </ul>
    </div>
  );
}

function LegendEntry({
  each,
  total,
  count,
}: {
  each: TimeSpent['parts'][number];
  total: number;
  count: number | undefined;
}) {
  const { part, ms, by = [] } = each;
  const { role, label } = partFactsOf(part);
  const [first, ...others] = by;
  return (
    <li>
      <span className={`swatch bg-${role}`} aria-hidden="true" />
      <span className="legend-name">
        {first && others.length === 0 ? `blocked by ${escapeToOneLine(first.request)}` : label}
        {count !== undefined && <span className="dim"> ×{formatWhole(count)}</span>}
      </span>
      <span className="number">{formatMs(ms)}</span>
      <span className="number dim">{percent(shareOfTime(ms, total))}</span>
    </li>
  );
}

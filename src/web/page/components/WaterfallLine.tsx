/** A row of the waterfall: its label, and its bars with the wait before each. */

import { kindOf } from '../../../domain/span-kinds.js';
import { escapeToOneLine, formatMs, formatWhole } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { calledFunction } from '../../../screens/profile-text.js';
import { barIn, type TimeWindow } from '../parts/time-scale.js';
import { mergedBars, type WaterfallBar, type WaterfallRow } from '../parts/waterfall-rows.js';

interface WaterfallLineProps {
  trace: Trace;
  row: WaterfallRow;
  window: TimeWindow;
  /** Pixels of the label, and of the bars. */
  labels: number;
  width: number;
  isOpen: boolean;
  isCursor: boolean;
  toggle(): void;
}

/** Percent that the shortest bar is wide. */
const LEAST = 0.25;

function labelOf({ row, trace }: Pick<WaterfallLineProps, 'row' | 'trace'>): string {
  if (row.slice) return calledFunction(row.slice.function);
  const span = trace.spans[row.span!]!;
  return escapeToOneLine((row.folded ? span.shape.text : span.name).slice(0, 300));
}

function timeOf({ row, trace }: Pick<WaterfallLineProps, 'row' | 'trace'>): string {
  if (row.slice) return formatMs(row.slice.ms);
  const indexes = row.folded ?? [row.span!];
  const times = indexes.map((index) => trace.spans[index]!.duration);
  if (times.includes(undefined)) return '…';
  return row.kind === 'log' ? '' : formatMs(times.reduce<number>((sum, ms) => sum + ms!, 0));
}

/** The row. */
export function WaterfallLine(props: WaterfallLineProps) {
  const { row, window, labels, width, isOpen, isCursor, toggle, trace } = props;
  const { role } = kindOf(row.kind);
  const label = labelOf(props);
  const time = timeOf(props);
  const failed = row.bars.some(({ isFailed }) => isFailed);
  const site = row.span === undefined ? undefined : trace.spans[row.span]?.site;
  const bars = mergedBars(row.bars, (window.to - window.from) / Math.max(1, width));
  return (
    <div
      role="listitem"
      className={`waterfall-item ${isCursor ? 'is-selected' : ''} ${isOpen ? 'is-open' : ''}`}
    >
      <button
        type="button"
        className="waterfall-button"
        aria-expanded={isOpen}
        onClick={toggle}
        title={site === undefined ? label : `${label}\n${escapeToOneLine(site)}`}
      >
        <span className={`waterfall-label ${row.isInside ? 'is-inside' : ''}`} style={{ width: labels }}>
          <span className={`kind-mark role-${role}`}>{row.kind}</span>
          {row.folded && <span className="fold-count">{formatWhole(row.folded.length)}×</span>}
          <span className="waterfall-text">{label}</span>
        </span>
        <span className="waterfall-lane">
          {bars.map((bar) => (
            <Bar key={bar.start} bar={bar} window={window} role={role} />
          ))}
          <TimeLabel bars={row.bars} window={window} text={time} isFailed={failed} />
        </span>
      </button>
    </div>
  );
}

function Bar({
  bar: { start, began, end, isFailed },
  window,
  role,
}: {
  bar: WaterfallBar;
  window: TimeWindow;
  role: string;
}) {
  const waited = began > start ? barIn(start, began, window) : undefined;
  const ran = barIn(began, end, window, LEAST);
  return (
    <>
      {waited && (
        <span className="bar bar-wait" style={{ left: `${waited.left}%`, width: `${waited.width}%` }} />
      )}
      {ran && (
        <span
          className={`bar bg-${isFailed ? 'error' : role}`}
          style={{ left: `${ran.left}%`, width: `${ran.width}%` }}
        />
      )}
    </>
  );
}

/** The time behind the last bar, or before the first where there is no room. */
function TimeLabel({
  bars,
  window,
  text,
  isFailed,
}: {
  bars: readonly WaterfallBar[];
  window: TimeWindow;
  text: string;
  isFailed: boolean;
}) {
  if (text === '') return null;
  const all = barIn(bars[0]!.start, Math.max(...bars.map(({ end }) => end)), window, LEAST);
  if (!all) return null;
  const right = all.left + all.width;
  const className = `bar-time ${isFailed ? 'role-error' : ''}`;
  if (right < 88)
    return (
      <span className={className} style={{ left: `${right}%` }}>
        {text}
      </span>
    );
  if (all.left > 12)
    return (
      <span className={`${className} bar-time-before`} style={{ right: `${100 - all.left}%` }}>
        {text}
      </span>
    );
  return <span className={`${className} bar-time-inside`}>{text}</span>;
}

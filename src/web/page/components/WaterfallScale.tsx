/** Scale above the waterfall's bars. */

import { shareAt, type TimeWindow, ticksIn, tickText } from '../parts/time-scale.js';

/** Pixels between two marks. */
const MARK_WIDTH = 90;

/** Marks at round figures. */
export function WaterfallScale({
  window,
  labels,
  width,
}: {
  window: TimeWindow;
  labels: number;
  width: number;
}) {
  const ticks = ticksIn(window, Math.max(2, Math.floor(width / MARK_WIDTH)));
  const step = ticks.length > 1 ? ticks[1]! - ticks[0]! : window.to - window.from;
  return (
    <div className="waterfall-scale" style={{ marginLeft: labels }} aria-hidden="true">
      {ticks.map((ms) => {
        const share = shareAt(ms, window);
        return (
          <span
            key={ms}
            className={share > 0.95 ? 'tick tick-last' : 'tick'}
            style={{ left: `${share * 100}%` }}
          >
            {tickText(ms, step)}
          </span>
        );
      })}
    </div>
  );
}

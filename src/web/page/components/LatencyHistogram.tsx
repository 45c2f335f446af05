/** Histogram of latencies: how many requests took how long; a bar narrows the list to its times. */

import { formatCount, formatMs } from '../../../domain/text.js';
import { type LatencyBar, type LatencyDot, latencyBars } from '../parts/latency.js';

const BARS = 18;

interface LatencyHistogramProps {
  dots: readonly LatencyDot[];
  onChoose(bar: LatencyBar): void;
}

/** The histogram. */
export function LatencyHistogram({ dots, onChoose }: LatencyHistogramProps) {
  const bars = latencyBars(dots, BARS);
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return (
    <figure className="picture picture-histogram">
      <figcaption>
        <span>How long they took</span>
      </figcaption>
      <div className="histogram">
        {bars.map((bar) => (
          <HistogramBar key={bar.from} bar={bar} most={most} onChoose={onChoose} />
        ))}
      </div>
      <div className="histogram-axis" aria-hidden="true">
        <span>{bars[0] && formatMs(bars[0].from)}</span>
        <span>{bars[BARS / 2] && formatMs(bars[BARS / 2]!.from)}</span>
        <span>{bars.at(-1) && formatMs(bars.at(-1)!.to)}</span>
      </div>
    </figure>
  );
}

function HistogramBar({
  bar,
  most,
  onChoose,
}: {
  bar: LatencyBar;
  most: number;
  onChoose(bar: LatencyBar): void;
}) {
  const { from, to, count, errors, repeated } = bar;
  const text = `${formatCount(count, 'request')} from ${formatMs(from)} to ${formatMs(to)}`;
  const share = (n: number) => ({ height: `${count === 0 ? 0 : (n / count) * 100}%` });
  return (
    <button
      type="button"
      className="histogram-bar"
      disabled={count === 0}
      title={text}
      aria-label={`${text}; list them`}
      onClick={() => onChoose(bar)}
    >
      <span
        className="histogram-fill"
        style={{ height: count === 0 ? 0 : `${Math.max(4, (count / most) * 100)}%` }}
      >
        <span className="bg-error" style={share(errors)} />
        <span className="bg-warn" style={share(repeated)} />
        <span className="bg-fine" style={{ flex: 1 }} />
      </span>
    </button>
  );
}

/** A statement over time: p50 and p95 of its calls in each of the newest requests that ran it. */

import { useEffect, useRef, useState } from 'react';
import { escapeToOneLine, formatCount, formatMs } from '../../../domain/text.js';
import type { Span } from '../../../domain/trace.js';
import type { StatementPoint } from '../../../feed/feed.js';
import { callKey } from '../../../insight/metrics/samples.js';
import { usePage } from '../hooks/page-context.js';
import { useSize } from '../hooks/use-size.js';
import { type HistoryBucket, historyBuckets } from '../parts/statement-history.js';

const HEIGHT = 56;

/** The picture; nothing where there is nothing to compare with. `id` is the request at hand. */
export function StatementHistory({ span, id }: { span: Span; id: string }) {
  const { feed } = usePage();
  const [points, setPoints] = useState<StatementPoint[]>();
  const { kind, library, site, shape } = span;
  const key = callKey({ kind, library, shape: shape.text, ...(site !== undefined && { site }) });
  useEffect(() => {
    let isCurrent = true;
    Promise.resolve(feed.history?.(key)).then(
      (read) => isCurrent && setPoints(read),
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [feed, key]);
  if (!points || points.length < 2) return null;
  return <HistoryPicture points={points} id={id} site={site} />;
}

function HistoryPicture({
  points,
  id,
  site,
}: {
  points: StatementPoint[];
  id: string;
  site: string | undefined;
}) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const buckets = historyBuckets(points, Math.max(8, Math.min(80, Math.floor(width / 9))));
  const most = Math.max(0.001, ...buckets.map(({ p95 }) => p95));
  const step = width / Math.max(1, buckets.length);
  const calls = points.reduce((sum, each) => sum + each.calls, 0);
  const own = buckets.findIndex(({ ids }) => ids.includes(id));
  return (
    <figure className="picture picture-history">
      <figcaption>
        <span>This statement{site === undefined ? '' : ` at ${escapeToOneLine(site)}`} over time</span>
        <span className="dim">
          {formatCount(calls, 'call')} in the newest {formatCount(points.length, 'request')}; bars p50, line
          p95, at most {formatMs(most)}
        </span>
      </figcaption>
      <div ref={box} className="history">
        {width > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            role="img"
            aria-label={`p95 of the statement: ${formatMs(buckets[0]!.p95)} at first, ${formatMs(buckets.at(-1)!.p95)} now`}
          >
            {own >= 0 && <rect className="chosen" x={own * step} y={0} width={step} height={HEIGHT} />}
            {buckets.map((bucket, n) => (
              <HistoryBar key={bucket.from} bucket={bucket} x={n * step} step={step} most={most} />
            ))}
            <polyline
              className="history-line"
              points={buckets
                .map(({ p95 }, n) => `${(n + 0.5) * step},${HEIGHT - 4 - (p95 / most) * (HEIGHT - 10)}`)
                .join(' ')}
            />
          </svg>
        )}
      </div>
    </figure>
  );
}

function HistoryBar({
  bucket: { p50, p95, calls },
  x,
  step,
  most,
}: {
  bucket: HistoryBucket;
  x: number;
  step: number;
  most: number;
}) {
  const height = Math.max(1, (p50 / most) * (HEIGHT - 10));
  return (
    <rect
      className="history-bar"
      x={x + 1}
      width={Math.max(1, step - 2)}
      y={HEIGHT - 4 - height}
      height={height}
    >
      <title>{`p50 ${formatMs(p50)}, p95 ${formatMs(p95)} of ${formatCount(calls, 'call')}`}</title>
    </rect>
  );
}

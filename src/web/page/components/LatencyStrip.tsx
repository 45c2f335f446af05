/** Picture of the newest requests over time: how long each took, what failed; a span of it narrows the list. */

import { useMemo, useRef, useState } from 'react';
import { formatMs, formatWhole } from '../../../domain/text.js';
import { useSize } from '../hooks/use-size.js';
import { decadesIn, type LatencyDot, latencyAt, latencyRange } from '../parts/latency.js';
import { timeSpanText } from '../parts/span-text.js';
import { logShare, tickText } from '../parts/time-scale.js';

const HEIGHT = 88;
const EDGE = { left: 44, right: 8, top: 6, bottom: 16 };
/** Pixels of a drag below which it is a click. */
const MIN_DRAG = 4;
/** Pixels around a click that narrow the list. */
const CLICK_REACH = 14;

interface LatencyStripProps {
  dots: readonly LatencyDot[];
  /** The span that the list is narrowed to. */
  chosen: { from: number; to: number } | undefined;
  onChoose(span: { from: number; to: number } | undefined): void;
}

interface Scale {
  x(at: number): number;
  y(ms: number): number;
  at(x: number): number;
  low: number;
  high: number;
}

function scaleOf(dots: readonly LatencyDot[], width: number): Scale {
  const { low, high } = latencyRange(dots);
  const times = dots.map(({ at }) => at);
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const span = Math.max(1000, last - first);
  const inner = Math.max(1, width - EDGE.left - EDGE.right);
  return {
    low,
    high,
    x: (at) => EDGE.left + ((at - last + span) / span) * inner,
    at: (x) => last - span + ((x - EDGE.left) / inner) * span,
    y: (ms) => EDGE.top + (1 - logShare(ms, low, high)) * (HEIGHT - EDGE.top - EDGE.bottom),
  };
}

/** The picture. */
export function LatencyStrip({ dots, chosen, onChoose }: LatencyStripProps) {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  const [drag, setDrag] = useState<{ from: number; to: number }>();
  const scale = useMemo(() => scaleOf(dots, width), [dots, width]);
  const xOf = (event: React.PointerEvent) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const finish = () => {
    if (!drag) return;
    const isDragged = Math.abs(drag.to - drag.from) >= MIN_DRAG;
    const [left, right] = isDragged
      ? [Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)]
      : [drag.to - CLICK_REACH, drag.to + CLICK_REACH];
    setDrag(undefined);
    const [from, to] = [scale.at(left), scale.at(right)];
    const has = dots.some(({ at }) => at >= from && at <= to);
    onChoose(has ? { from, to } : undefined);
  };
  const p50 = latencyAt(dots, 0.5);
  const p95 = latencyAt(dots, 0.95);
  return (
    <figure className="picture picture-strip">
      <figcaption>
        <span>{dots.length > 0 ? `Latency of the newest ${formatWhole(dots.length)}` : 'Latency'}</span>
        {p50 !== undefined && p95 !== undefined && (
          <span className="dim number">
            p50 {formatMs(p50)} · p95 {formatMs(p95)}
          </span>
        )}
      </figcaption>
      <div ref={box} className="strip">
        {width > 0 && dots.length > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            role="img"
            aria-label={`latencies of ${dots.length} requests: half took at most ${formatMs(p50 ?? 0)}, ${dots.filter(({ role }) => role === 'error').length} failed; drag over a span of time to list it alone`}
            onPointerDown={(event) => {
              event.currentTarget.setPointerCapture(event.pointerId);
              setDrag({ from: xOf(event), to: xOf(event) });
            }}
            onPointerMove={(event) => drag && setDrag({ ...drag, to: xOf(event) })}
            onPointerUp={finish}
            onPointerCancel={() => setDrag(undefined)}
          >
            <StripAxis scale={scale} width={width} dots={dots} />
            <Chosen
              scale={scale}
              chosen={
                drag
                  ? {
                      from: scale.at(Math.min(drag.from, drag.to)),
                      to: scale.at(Math.max(drag.from, drag.to)),
                    }
                  : chosen
              }
            />
            <Dots dots={dots} scale={scale} />
          </svg>
        )}
      </div>
    </figure>
  );
}

function StripAxis({ scale, width, dots }: { scale: Scale; width: number; dots: readonly LatencyDot[] }) {
  const times = dots.map(({ at }) => at);
  return (
    <g aria-hidden="true">
      {decadesIn(scale).map((ms) => (
        <g key={ms}>
          <line className="axis" x1={EDGE.left} x2={width - EDGE.right} y1={scale.y(ms)} y2={scale.y(ms)} />
          <text className="axis-text" x={EDGE.left - 6} y={scale.y(ms) + 4} textAnchor="end">
            {tickText(ms, ms)}
          </text>
        </g>
      ))}
      <text className="axis-text" x={EDGE.left} y={HEIGHT - 3}>
        {timeSpanText(Math.max(...times) - Math.min(...times))} ago
      </text>
      <text className="axis-text" x={width - EDGE.right} y={HEIGHT - 3} textAnchor="end">
        newest
      </text>
    </g>
  );
}

function Chosen({ scale, chosen }: { scale: Scale; chosen: { from: number; to: number } | undefined }) {
  if (!chosen) return null;
  const left = scale.x(chosen.from);
  return (
    <rect
      className="chosen"
      x={left}
      y={0}
      width={Math.max(2, scale.x(chosen.to) - left)}
      height={HEIGHT - EDGE.bottom}
    />
  );
}

function Dots({ dots, scale }: { dots: readonly LatencyDot[]; scale: Scale }) {
  return (
    <g aria-hidden="true">
      {dots.map(({ id, at, ms, role }) => (
        <circle
          key={id}
          className={`dot dot-${role}`}
          cx={scale.x(at)}
          cy={scale.y(ms)}
          r={role === 'fine' ? 2 : 2.8}
        />
      ))}
    </g>
  );
}

/** The whole request above the waterfall: where its time went, and which part of it is seen. */

import { useRef } from 'react';
import { partFactsOf, timeSpentIn } from '../../../domain/time-spent.js';
import type { Trace } from '../../../domain/trace.js';
import { barIn, type TimeWindow } from '../parts/time-scale.js';

interface WaterfallMapProps {
  trace: Trace;
  extent: number;
  window: TimeWindow;
  setWindow(next: TimeWindow): void;
  labels: number;
}

/** The lane; dragging over it chooses a part. */
export function WaterfallMap({ trace, extent, window, setWindow, labels }: WaterfallMapProps) {
  const began = useRef<number>(undefined);
  const { segments } = timeSpentIn(trace);
  const whole = { from: 0, to: extent };
  const isZoomed = window.from > 0 || window.to < extent;
  const msOf = (event: React.PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    return Math.max(0, Math.min(1, (event.clientX - left) / width)) * extent;
  };
  return (
    <div className="waterfall-map">
      <span className="dim waterfall-map-label" style={{ width: labels }}>
        where it went
      </span>
      <div
        className="map-lane"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.stopPropagation();
          event.currentTarget.setPointerCapture(event.pointerId);
          began.current = msOf(event);
        }}
        onPointerMove={(event) => {
          if (began.current === undefined) return;
          const now = msOf(event);
          if (Math.abs(now - began.current) > extent / 200)
            setWindow({ from: Math.min(now, began.current), to: Math.max(now, began.current) });
        }}
        onPointerUp={() => {
          began.current = undefined;
        }}
      >
        {segments.map(({ part, start, end }) => {
          const bar = barIn(start, end, whole);
          return (
            bar && (
              <span
                key={`${part} ${start}`}
                className={`map-part bg-${partFactsOf(part).role}`}
                style={{ left: `${bar.left}%`, width: `${bar.width}%` }}
              />
            )
          );
        })}
        {isZoomed && (
          <span
            className="map-window"
            style={{
              left: `${(window.from / extent) * 100}%`,
              width: `${((window.to - window.from) / extent) * 100}%`,
            }}
          />
        )}
      </div>
    </div>
  );
}

/** Part of a request's time that a zoomed timeline shows, and what of a call is in it. */

import type { TimeSpent } from '../../domain/time-spent.js';
import type { Span } from '../../domain/trace.js';

/** From and to, in ms after the request's start. */
export interface TimelineWindow {
  from: number;
  to: number;
}

/** Shortest window in ms: below, all numbers of the scale are equal. */
const MIN_WINDOW_MS = 0.05;
const ZOOM_STEP = 2;

/** A window of `size` ms around an instant, inside the request's time. */
function windowAround(at: number, size: number, extent: number): TimelineWindow {
  const from = Math.max(0, Math.min(at - size / 2, extent - size));
  return { from, to: Math.min(extent, from + size) };
}

/**
 * Window after a step closer (`n` 1) or further away, around the middle of a call; undefined for
 * the whole request.
 */
export function zoomTimeline(
  { from, to }: TimelineWindow,
  n: 1 | -1,
  call: TimelineWindow,
  extent: number,
): TimelineWindow | undefined {
  const size = Math.max(MIN_WINDOW_MS, (to - from) * (n > 0 ? 1 / ZOOM_STEP : ZOOM_STEP));
  return size >= extent ? undefined : windowAround((call.from + call.to) / 2, size, extent);
}

/** The same window where a call is in it, else one of its size around the call's beginning. */
export function followWindow(window: TimelineWindow, call: TimelineWindow, extent: number): TimelineWindow {
  if (call.from < window.to && call.to >= window.from) return window;
  return windowAround(call.from, window.to - window.from, extent);
}

/** A call's times, with the window's start as 0; `left` or `right` where none of it is inside. */
export function spanWithin(
  { start, wait = 0, duration }: Pick<Span, 'start' | 'wait' | 'duration'>,
  { from, to }: TimelineWindow,
): Pick<Span, 'start' | 'wait' | 'duration'> | 'left' | 'right' {
  if (start >= to) return 'right';
  if (duration !== undefined && start + wait + duration < from) return 'left';
  const cut = Math.max(0, from - start);
  return {
    start: Math.max(0, start - from),
    wait: Math.max(0, wait - cut),
    ...(duration !== undefined && { duration: duration - Math.max(0, cut - wait) }),
  };
}

/** Where the time of the window went. */
export function timeWithin(time: TimeSpent, { from, to }: TimelineWindow): TimeSpent {
  if (from <= 0 && to >= time.total) return time;
  const segments = time.segments.flatMap((segment) => {
    const start = Math.max(0, segment.start - from);
    const end = Math.min(to, segment.end) - from;
    return end > start ? [{ ...segment, start, end }] : [];
  });
  return { ...time, segments, total: Math.max(0, Math.min(to, time.total) - from) };
}

/** Instants of a scale in ms, with as many decimals as `step` ms needs to make them differ. */
export function formatInstant(ms: number, step: number): string {
  const decimals = Math.max(0, Math.min(3, Math.ceil(-Math.log10(step))));
  return step >= 100 && ms >= 1000 ? `${(ms / 1000).toFixed(1)}s` : `${ms.toFixed(decimals)}ms`;
}

/** Scale of a picture over time: its window, which is zoomed and panned, and the marks at its edge. */

/** Part of a picture that is seen; ms. */
export interface TimeWindow {
  from: number;
  to: number;
}

/** Part of the whole below which a window does not shrink. */
const MAX_ZOOM = 100_000;

/** Window within the whole from 0 to `extent`, of its own size where that fits. */
export function clampWindow({ from, to }: TimeWindow, extent: number): TimeWindow {
  const size = Math.min(extent, Math.max(to - from, extent / MAX_ZOOM));
  const start = Math.max(0, Math.min(from, extent - size));
  return { from: start, to: start + size };
}

/** Window after zooming by a factor (2 shows half) around an instant, which stays where it is. */
export function zoomWindow(window: TimeWindow, factor: number, at: number, extent: number): TimeWindow {
  const size = (window.to - window.from) / factor;
  const share = (at - window.from) / (window.to - window.from);
  const from = at - share * Math.min(size, extent);
  return clampWindow({ from, to: from + size }, extent);
}

/** Window moved by ms. */
export function panWindow({ from, to }: TimeWindow, ms: number, extent: number): TimeWindow {
  return clampWindow({ from: from + ms, to: to + ms }, extent);
}

/** Place in a window of an instant, 0 to 1 and beyond. */
export function shareAt(ms: number, { from, to }: TimeWindow): number {
  return (ms - from) / (to - from);
}

/** A bar in percent of the window; undefined where it is outside. At least `least` percent wide. */
export function barIn(
  start: number,
  end: number,
  window: TimeWindow,
  least = 0,
): { left: number; width: number } | undefined {
  if (end < window.from || start > window.to) return undefined;
  const left = Math.max(0, shareAt(start, window) * 100);
  const right = Math.min(100, shareAt(end, window) * 100);
  const width = Math.max(least, right - left);
  return { left: Math.min(left, 100 - width), width };
}

/** Instants at round figures (1, 2 or 5 and zeros) in a window, about `count` of them. */
export function ticksIn({ from, to }: TimeWindow, count: number): number[] {
  const raw = (to - from) / Math.max(1, count);
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((each) => each * power >= raw * 0.999) ?? 10) * power;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
}

/** Text of a mark, as exact as its neighbours are far: `12.5ms`, `1.2s`. */
export function tickText(ms: number, step: number): string {
  if (ms === 0) return '0';
  if (step >= 1000 || (ms >= 1000 && step >= 10))
    return `${trimmed(ms / 1000, Math.max(0, 3 - Math.floor(Math.log10(step))))}s`;
  const digits = step >= 1 ? 0 : Math.min(6, Math.ceil(-Math.log10(step)));
  return `${trimmed(ms, digits)}ms`;
}

function trimmed(value: number, digits: number): string {
  return String(Number(value.toFixed(digits)));
}

/** Place of a latency on a logarithmic axis from `low` to `high`, 0 to 1. */
export function logShare(ms: number, low: number, high: number): number {
  if (high <= low) return 0.5;
  const value = Math.log(Math.max(low, Math.min(high, ms)) / low) / Math.log(high / low);
  return Math.max(0, Math.min(1, value));
}

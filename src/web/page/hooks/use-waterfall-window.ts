/** Window of the waterfall: zoomed by wheel and keys, panned by dragging. */

import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { clampWindow, panWindow, type TimeWindow, zoomWindow } from '../parts/time-scale.js';
import { useCommands } from './use-commands.js';

const STEP = 1.5;
/** Pixels of a drag below which it is a click. */
const MIN_DRAG = 4;

interface WaterfallWindow {
  window: TimeWindow;
  setWindow(next: TimeWindow): void;
  isZoomed: boolean;
  /** Zooms around the middle. */
  zoom(factor: number): void;
  reset(): void;
}

/** The window over `extent` ms; `lanes` is the element whose part from `labels` pixels on has the bars. */
export function useWaterfallWindow(
  extent: number,
  lanes: RefObject<HTMLElement | null>,
  labels: number,
): WaterfallWindow {
  const [window, setRaw] = useState<TimeWindow>({ from: 0, to: extent });
  const current = useRef(window);
  const setWindow = useCallback(
    (next: TimeWindow) => {
      current.current = clampWindow(next, extent);
      setRaw(current.current);
    },
    [extent],
  );
  const whole = useRef(extent);
  useEffect(() => {
    // A request that is still running grows.
    const { from, to } = current.current;
    if (from === 0 && to === whole.current) setWindow({ from: 0, to: extent });
    whole.current = extent;
  }, [extent, setWindow]);
  useWheelAndDrag(lanes, labels, extent, current, setWindow);
  const zoom = (factor: number) => {
    const { from, to } = current.current;
    setWindow(zoomWindow(current.current, factor, (from + to) / 2, extent));
  };
  const reset = () => setWindow({ from: 0, to: extent });
  const isZoomed = window.from > 0 || window.to < extent;
  useCommands({ zoomIn: () => zoom(STEP), zoomOut: () => zoom(1 / STEP), zoomAll: reset });
  return { window, setWindow, isZoomed, zoom, reset };
}

function useWheelAndDrag(
  lanes: RefObject<HTMLElement | null>,
  labels: number,
  extent: number,
  current: RefObject<TimeWindow>,
  setWindow: (next: TimeWindow) => void,
): void {
  useEffect(() => {
    const element = lanes.current;
    if (element === null) return;
    const msAt = (x: number) => {
      const { left, width } = element.getBoundingClientRect();
      const share = (x - left - labels) / Math.max(1, width - labels);
      return current.current.from + share * (current.current.to - current.current.from);
    };
    const msPerPixel = () =>
      (current.current.to - current.current.from) / Math.max(1, element.clientWidth - labels);
    const wheel = (event: WheelEvent) => {
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      // Without a key the wheel scrolls the rows.
      if (!event.ctrlKey && !event.metaKey && !event.altKey && !isSideways) return;
      event.preventDefault();
      if (isSideways)
        setWindow(panWindow(current.current, (event.deltaX || event.deltaY) * msPerPixel(), extent));
      else setWindow(zoomWindow(current.current, 1.0015 ** -event.deltaY, msAt(event.clientX), extent));
    };
    let dragged: { x: number; moved: boolean } | undefined;
    const down = (event: PointerEvent) => {
      if (event.button === 0 && event.pointerType !== 'touch') dragged = { x: event.clientX, moved: false };
    };
    const move = (event: PointerEvent) => {
      if (!dragged || (!dragged.moved && Math.abs(event.clientX - dragged.x) < MIN_DRAG)) return;
      setWindow(panWindow(current.current, (dragged.x - event.clientX) * msPerPixel(), extent));
      dragged = { x: event.clientX, moved: true };
    };
    const up = () => {
      // The click that ends a drag opens nothing.
      if (dragged?.moved)
        addEventListener('click', (event) => event.stopPropagation(), { capture: true, once: true });
      dragged = undefined;
    };
    const double = (event: MouseEvent) =>
      setWindow(zoomWindow(current.current, 3, msAt(event.clientX), extent));
    element.addEventListener('wheel', wheel, { passive: false });
    element.addEventListener('pointerdown', down);
    element.addEventListener('dblclick', double);
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
    return () => {
      element.removeEventListener('wheel', wheel);
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('dblclick', double);
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
    };
  }, [lanes, labels, extent, current, setWindow]);
}

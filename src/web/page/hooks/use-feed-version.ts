/** Counter of a feed's changes, so that many of them together are one drawing. */

import { useEffect, useRef, useState } from 'react';
import type { Feed } from '../../../feed/feed.js';

/** ms between two drawings. */
const DRAW_MS = 200;

/** Increases after changes of the feed; stands still while paused. */
export function useFeedVersion(feed: Feed, isPaused: boolean): number {
  const [version, setVersion] = useState(0);
  const wasPaused = useRef(false);
  useEffect(() => {
    if (isPaused) {
      wasPaused.current = true;
      return;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = feed.subscribe(() => {
      timer ??= setTimeout(() => {
        timer = undefined;
        setVersion((n) => n + 1);
      }, DRAW_MS);
    });
    // What changed while it was paused.
    if (wasPaused.current) setVersion((n) => n + 1);
    wasPaused.current = false;
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [feed, isPaused]);
  return version;
}

/** Clock of the ages: each second while requests are fresh, and each minute after that. */

import { useEffect, useRef, useState } from 'react';

/** Epoch ms; anew when `version` changes, too. */
export function useNow(version: number, isPaused: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the requests is an instant
  useEffect(() => {
    if (isPaused) return;
    if (!isFirst.current) setNow(Date.now());
    isFirst.current = false;
    const timer = setInterval(() => document.hidden || setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [version, isPaused]);
  return now;
}

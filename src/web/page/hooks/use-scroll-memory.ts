/** Places of scrolling by address, so that the back button leads to where one was. */

import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

const MAX_PLACES = 100;
const places = new Map<string, number>();

/** Keeps and restores an element's place; `isReady` once it is as high as it will be. */
export function useScrollMemory(ref: RefObject<HTMLElement | null>, key: string, isReady: boolean): void {
  const isFresh = useRef(true);
  useLayoutEffect(() => {
    if (!isReady || !ref.current) return;
    const place = places.get(key) ?? 0;
    // Setting it has all laid out at once; a new element is at its top.
    if (place > 0 || !isFresh.current) ref.current.scrollTop = place;
    isFresh.current = false;
  }, [ref, key, isReady]);
  useEffect(() => {
    const element = ref.current;
    if (element === null || !isReady) return;
    const keep = () => {
      places.delete(key);
      places.set(key, element.scrollTop);
      if (places.size > MAX_PLACES) places.delete(places.keys().next().value!);
    };
    element.addEventListener('scroll', keep, { passive: true });
    return () => element.removeEventListener('scroll', keep);
  }, [ref, key, isReady]);
}

/** Places of scrolling by address, so that the back button leads to where one was. */

import { type RefObject, useEffect, useLayoutEffect } from 'react';

const MAX_PLACES = 100;
const places = new Map<string, number>();

/** Keeps and restores an element's place; `isReady` once it is as high as it will be. */
export function useScrollMemory(ref: RefObject<HTMLElement | null>, key: string, isReady: boolean): void {
  useLayoutEffect(() => {
    if (isReady && ref.current) ref.current.scrollTop = places.get(key) ?? 0;
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

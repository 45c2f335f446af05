/** Address of the page in the URL's fragment, and its history. */

import { useCallback, useEffect, useState } from 'react';
import { formatAddress, type PageAddress, parsePageAddress } from '../state/address.js';

type GoTo = (address: PageAddress, options?: { replace?: boolean }) => void;

/** The address, and a function that changes it. */
export function useAddress(): [PageAddress, GoTo] {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const read = () => setHash(location.hash);
    addEventListener('popstate', read);
    addEventListener('hashchange', read);
    return () => {
      removeEventListener('popstate', read);
      removeEventListener('hashchange', read);
    };
  }, []);
  const go = useCallback<GoTo>((address, { replace = false } = {}) => {
    const next = formatAddress(address);
    if (next === location.hash) return;
    if (replace) history.replaceState(null, '', next);
    else history.pushState(null, '', next);
    setHash(next);
  }, []);
  // Parsed anew for another fragment only: effects depend on the object.
  const [parsed, setParsed] = useState<[string, PageAddress]>(() => [hash, parsePageAddress(hash)]);
  if (parsed[0] !== hash) setParsed([hash, parsePageAddress(hash)]);
  return [parsed[0] === hash ? parsed[1] : parsePageAddress(hash), go];
}

/** The page's half of its session: it comes in the fragment of the link's redirect, and stays in this origin. */

import { FeedError } from './http-feed.js';

const STORAGE_KEY = 'scooby-key';

/**
 * Connects with the key in the URL, which is taken out of it, else with the kept one; the key that has
 * opened the page is kept for other tabs and later visits. `#key=…&at=/r/1` becomes `#/r/1`.
 */
export async function connectByKey<T>(connect: (key: string) => Promise<T>): Promise<T> {
  const kept = localStorage.getItem(STORAGE_KEY) ?? '';
  const given = takeKey();
  try {
    const connected = await connect(given ?? kept);
    if (given !== undefined) localStorage.setItem(STORAGE_KEY, given);
    return connected;
  } catch (error) {
    // Any site can link here with a key of its own making.
    if (given === undefined || !(error instanceof FeedError) || error.status !== 401) throw error;
    return connect(kept);
  }
}

function takeKey(): string | undefined {
  const fragment = location.hash.slice(1);
  if (!fragment.startsWith('key=')) return undefined;
  const parameters = new URLSearchParams(fragment);
  const place = parameters.get('at');
  // Replaced, so that the back button does not lead to the URL with the key.
  history.replaceState(history.state, '', `${location.pathname}${place === null ? '' : `#${place}`}`);
  return parameters.get('key') ?? '';
}

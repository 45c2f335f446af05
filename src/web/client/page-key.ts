/** The page's half of its session: it comes in the fragment of the link's redirect, and stays in this origin. */

const STORAGE_KEY = 'scooby-key';

/**
 * Takes `#key=…&at=/r/1` out of the URL, which becomes `#/r/1`, and keeps the key for other tabs and
 * later visits. Returns the kept key; empty where the page was never opened by its link.
 */
export function takeKey(): string {
  const fragment = location.hash.slice(1);
  if (fragment.startsWith('key=')) {
    const parameters = new URLSearchParams(fragment);
    const place = parameters.get('at');
    // Replaced, so that the back button does not lead to the URL with the key.
    history.replaceState(history.state, '', `${location.pathname}${place === null ? '' : `#${place}`}`);
    localStorage.setItem(STORAGE_KEY, parameters.get('key') ?? '');
  }
  return localStorage.getItem(STORAGE_KEY) ?? '';
}

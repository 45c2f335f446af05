/** The badge's script, which `scooby run --badge` adds to documents: docs/badge.md. */

import { BadgeView } from './badge-view.js';
import { WatchedRequests } from './watched-requests.js';

function start(script: HTMLOrSVGScriptElement | null): void {
  const id = script?.dataset.id;
  if (id === undefined || !('adoptedStyleSheets' in Document.prototype)) return;
  // The document is the app's own again, before scripts of it that compare it with theirs.
  script!.remove();
  const isSilent = script!.dataset.silent !== undefined;
  const page = { id, path: location.pathname + location.search, figures: {} };
  const load = (each: string) =>
    fetch(`${location.origin}/scooby/get-outline/${each}/`, { credentials: 'omit', cache: 'no-store' }).then(
      (response) => (response.ok ? response.json() : undefined),
    );
  let view: BadgeView | undefined;
  const requests = new WatchedRequests(page, isSilent ? undefined : load, () => view?.draw());
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[])
      requests.add(entry.name, entry.serverTiming);
  });
  observer.observe({ type: 'resource', buffered: true });
  onceLoaded(() => {
    const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
    requests.setHead(navigation?.serverTiming ?? []);
    view = new BadgeView(requests);
    view.draw();
  });
}

/** Calls back behind the page's own work of loading. */
function onceLoaded(callback: () => void): void {
  if (document.readyState === 'complete') setTimeout(callback);
  else addEventListener('load', () => setTimeout(callback), { once: true });
}

start(document.currentScript);

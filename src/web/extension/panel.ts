/** Entry of the panel: the requests of the inspected tab, as they happen. */

import type { ChromeApi } from './chrome-api.js';
import type { DetailsSource } from './details-feed.js';
import { PanelRequests } from './panel-requests.js';
import { PanelView } from './panel-view.js';
import { setTabSwitches, type TabSwitch, tabSwitches } from './tab-headers.js';

const HOSTS = ['*://localhost/*', '*://127.0.0.1/*'];
const NOT_ALLOWED =
  'The browser does not let this extension read from localhost: times and findings are missing.';

const { chrome } = globalThis as unknown as { chrome: ChromeApi };
const { network, inspectedWindow } = chrome.devtools;
const { declarativeNetRequest: rules, permissions } = chrome;
const switches = new Set<TabSwitch>();
const listeners = new Set<() => void>();
let isDrawing = false;

const requests = new PanelRequests(fetchOutline, () => {
  if (isDrawing) return;
  isDrawing = true;
  // A page makes hundreds of requests at once.
  requestAnimationFrame(() => {
    isDrawing = false;
    view.draw(requests.rows, requests.duplicates());
    for (const listener of listeners) listener();
  });
});

const view = new PanelView({
  clear: () => requests.clear(),
  allow: () => void permissions?.request({ origins: HOSTS }).then(checkPermission),
  setSwitch: (name, isOn) => {
    if (isOn) switches.add(name);
    else switches.delete(name);
    void setTabSwitches(rules!, inspectedWindow.tabId, switches);
  },
  choose: ({ id }) => {
    view.choose(id);
    const details = document.getElementById('details') as HTMLIFrameElement;
    const address = `#/r/${id}`;
    if (details.src.includes('details.html')) details.contentWindow!.location.hash = address;
    else details.src = `details.html${address}`;
  },
});

const source: DetailsSource = {
  rows: () => requests.rows,
  subscribe: (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  close: () => view.close(),
};
// For the details, which are in a frame of the same extension.
Object.assign(globalThis, { scoobyRequests: source });

async function fetchOutline(origin: string, id: string): Promise<unknown> {
  const response = await fetch(`${origin}/scooby/get-outline/${id}/`, { credentials: 'omit' });
  return response.ok ? response.json() : undefined;
}

/** Firefox leaves the hosts of a manifest to the user. */
async function checkPermission(): Promise<void> {
  const isAllowed = (await permissions?.contains({ origins: HOSTS })) ?? true;
  view.drawTrouble(isAllowed ? undefined : NOT_ALLOWED);
  if (isAllowed) requests.retry();
}

network.getHAR(({ entries }) => {
  for (const entry of entries) requests.add(entry);
});
network.onRequestFinished.addListener((entry) => requests.add(entry));
view.draw([], []);
void checkPermission();
if (rules === undefined) view.drawSwitches(undefined);
else
  void tabSwitches(rules, inspectedWindow.tabId).then((found) => {
    for (const each of found) switches.add(each);
    view.drawSwitches(switches);
  });
// What was switched on here ends with these tools.
addEventListener('pagehide', () => {
  if (rules !== undefined && switches.size > 0) void setTabSwitches(rules, inspectedWindow.tabId, new Set());
});

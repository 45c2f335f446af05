/** Entry of the panel: the requests of the inspected tab, as they happen. */

import type { ChromeApi } from './chrome-api.js';
import type { DetailsSource } from './details-feed.js';
import { FrontSources } from './front-source.js';
import { PanelRequests } from './panel-requests.js';
import { PanelView } from './panel-view.js';
import { setTabSwitches, type TabSwitch, tabSwitches } from './tab-headers.js';

const HOSTS = ['*://localhost/*', '*://127.0.0.1/*'];
const ENDED = 'The run has ended, or does not answer.';
const UNSURE = 'The run has ended, or the browser does not allow it: about:addons → Scooby → Permissions.';
const NOT_ALLOWED =
  'The browser does not let this extension read from localhost: times and findings are missing.';

const { chrome } = globalThis as unknown as { chrome: ChromeApi };
const { network, inspectedWindow } = chrome.devtools;
const { declarativeNetRequest: rules, permissions } = chrome;
const switches = new Set<TabSwitch>();
const listeners = new Set<() => void>();
let isDrawing = false;

const sources = new FrontSources(readScript, readLocal);

const requests = new PanelRequests(fetchOutline, changed, (initiator) => sources.lineOf(initiator));

function changed(): void {
  if (isDrawing) return;
  isDrawing = true;
  // A page makes hundreds of requests at once.
  requestAnimationFrame(() => {
    isDrawing = false;
    view.draw(requests.rows, requests.duplicates());
    for (const listener of listeners) listener();
  });
}

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

/** A script as the tab has loaded it. */
function readScript(url: string): Promise<string | undefined> {
  const { getResources } = inspectedWindow;
  if (getResources === undefined) return readLocal(url);
  return new Promise((resolve) => {
    getResources.call(inspectedWindow, (resources) => {
      const resource = resources.find((each) => each.url === url);
      if (resource === undefined) return resolve(readLocal(url));
      resource.getContent((content, encoding) =>
        resolve(encoding === '' ? (content ?? undefined) : undefined),
      );
    });
  });
}

/** A file of a server on this machine: the extension may read no others. */
async function readLocal(url: string): Promise<string | undefined> {
  if (!/^https?:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?\//.test(url)) return undefined;
  const response = await fetch(url, { credentials: 'omit' });
  return response.ok ? response.text() : undefined;
}

async function fetchOutline(origin: string, id: string): Promise<unknown> {
  try {
    const response = await fetch(`${origin}/scooby/get-outline/${id}/`, { credentials: 'omit' });
    view.drawTrouble(undefined, false);
    return response.ok ? response.json() : undefined;
  } catch (error) {
    await drawReason(origin);
    throw error;
  }
}

/** Firefox leaves the hosts of a manifest to the user. */
async function isAllowed(): Promise<boolean> {
  return (await permissions?.contains({ origins: HOSTS })) ?? true;
}

/** Says why nothing can be read. */
async function drawReason(origin: string): Promise<void> {
  if (!(await isAllowed())) view.drawTrouble(NOT_ALLOWED, true);
  else view.drawTrouble(`The proxy at ${origin} cannot be read. ${permissions ? ENDED : UNSURE}`, false);
}

async function checkPermission(): Promise<void> {
  const canRead = await isAllowed();
  view.drawTrouble(canRead ? undefined : NOT_ALLOWED, !canRead);
  if (canRead) requests.retry();
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

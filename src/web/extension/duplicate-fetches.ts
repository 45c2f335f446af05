/** Fetches that a page has made more than once, and the lines that did. */

import type { PanelRequest } from './panel-request.js';

/** ms between two equal fetches from which the second is a new question, as of a page that polls. */
const MAX_GAP_MS = 1000;
const MAX_LINES = 5;

/** Equal fetches of a page in quick succession. */
export interface DuplicateFetch {
  /** `GET /api/user was fetched 3 times by this page: App.tsx:12, Header.tsx:4 (twice)` */
  text: string;
  ids: string[];
}

/** Duplicates among the requests of one page, the most repeated first. */
export function duplicateFetches(requests: readonly PanelRequest[]): DuplicateFetch[] {
  const groups = new Map<string, PanelRequest[]>();
  // Another method may well mean something else the second time.
  for (const request of requests.filter(({ method, isFetch }) => isFetch && method === 'GET')) {
    const key = request.origin + request.path;
    groups.set(key, [...(groups.get(key) ?? []), request]);
  }
  return [...groups.values()]
    .map(longestBurst)
    .filter((group) => group.length > 1)
    .sort((a, b) => b.length - a.length)
    .map((group) => ({ text: textOf(group), ids: group.map(({ id }) => id) }));
}

/** The most that follow one another without a pause. */
function longestBurst(group: PanelRequest[]): PanelRequest[] {
  let longest: PanelRequest[] = [];
  let burst: PanelRequest[] = [];
  for (const request of group.toSorted((a, b) => a.start - b.start)) {
    const last = burst.at(-1);
    burst = last !== undefined && request.start - last.start > MAX_GAP_MS ? [request] : [...burst, request];
    if (burst.length > longest.length) longest = burst;
  }
  return longest;
}

function textOf(group: PanelRequest[]): string {
  const [{ method, path }] = group as [PanelRequest];
  const counts = new Map<string, number>();
  for (const { front } of group)
    if (front !== undefined) counts.set(front.name, (counts.get(front.name) ?? 0) + 1);
  const lines = [...counts].map(([name, count]) => (count === 1 ? name : `${name} (${timesOf(count)})`));
  const shown = lines.slice(0, MAX_LINES).join(', ');
  const more = lines.length > MAX_LINES ? ` and ${lines.length - MAX_LINES} more` : '';
  const said = `${method} ${path} was fetched ${timesOf(group.length)} by this page`;
  return shown === '' ? said : `${said}: ${shown}${more}`;
}

function timesOf(count: number): string {
  return count === 2 ? 'twice' : `${count} times`;
}

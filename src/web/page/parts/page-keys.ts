/** Keys of the page, those of the terminal's browser where it does the same: one table for what they do and for the help. */

/** Where a key works. */
export type KeyPlace = 'list' | 'request' | 'everywhere';

export interface PageKey {
  /** Name of the command. */
  name: string;
  keys: string[];
  place: KeyPlace;
  help: string;
}

function key(place: KeyPlace, name: string, keys: string, help: string): PageKey {
  return { place, name, keys: keys.split(' '), help };
}

/** Every key. */
export const PAGE_KEYS: PageKey[] = [
  key('everywhere', 'down', 'j ArrowDown', 'next row'),
  key('everywhere', 'up', 'k ArrowUp', 'previous row'),
  key('everywhere', 'pageDown', 'PageDown .', 'a page down'),
  key('everywhere', 'pageUp', 'PageUp ,', 'a page up'),
  key('everywhere', 'first', 'g Home <', 'first row'),
  key('everywhere', 'last', 'G End >', 'last row'),
  key('everywhere', 'open', 'Enter l', 'open the row'),
  key('everywhere', 'back', 'Escape h q Backspace', 'back, or undo one thing'),
  key('list', 'filter', '/', 'filter: words, status>=400, n1, sql:users, !health'),
  key('list', 'sort', 's', 'sort by …'),
  key('list', 'reverse', 'S', 'turn the order around'),
  key('list', 'view', 'v', 'view: all, by route, errors, N+1'),
  key('list', 'follow', 'F', 'follow new requests'),
  key('list', 'onlyMarked', 'M', 'show only marked requests'),
  key('request', 'nextTab', '}', 'next tab'),
  key('request', 'previousTab', '{', 'previous tab'),
  key('request', 'tab', '1 2 3 4 5 6 7 8 9', 'a tab: 1 Overview, 2 SQL … 9 Waterfall'),
  key('request', 'nextRequest', 'J', 'next request, same tab'),
  key('request', 'previousRequest', 'K', 'previous request, same tab'),
  key('request', 'group', 'v', 'calls grouped or one by one'),
  key('request', 'order', 'S s', 'order: by total time or as it happened'),
  key('request', 'explain', 'x', 'EXPLAIN the open query: its plan'),
  key('request', 'locals', 'L', "send the request again, and read this call's variables"),
  key('request', 'libraries', 'i', 'show or hide the frames of libraries'),
  key('request', 'flame', 'f', 'profile: flame graph or functions'),
  key('request', 'zoomIn', '+ =', 'waterfall: zoom in'),
  key('request', 'zoomOut', '-', 'waterfall: zoom out'),
  key('request', 'zoomAll', '0', 'waterfall: all of it'),
  key('everywhere', 'mark', 'm', 'mark the request'),
  key('everywhere', 'diff', 'd', 'compare with the marked request'),
  key('everywhere', 'copy', 'y', 'copy …'),
  key('everywhere', 'replay', 'r', 'send the request again (asks first unless GET)'),
  key('everywhere', 'profile', 'P', 'send the request again, with a CPU profile'),
  key('everywhere', 'editReplay', 'R', 'edit the URL, then send the request again'),
  key('request', 'tryLoop', 'T', 'try the one query in place of a loop, on the database'),
  key('request', 'verify', 'V', 'send it again: are its findings gone?'),
  key('request', 'watch', 'A', 'verify again after every restart of the app, on or off'),
  key('request', 'further', ']', 'what if its database, cache and services were further away'),
  key('request', 'closer', '[', '… and closer again'),
  key('request', 'blocker', 'b', 'the request that kept this one waiting'),
  key('everywhere', 'openUrl', 'U', 'open the URL of the request in a new tab'),
  key('everywhere', 'record', 't', 'recording: all, marked, off'),
  key('everywhere', 'pause', 'p', 'pause: nothing changes by itself'),
  key('everywhere', 'theme', 'c', 'colours: as the system, light, dark'),
  key('everywhere', 'commands', ':', 'every command, by name'),
  key('everywhere', 'help', '?', 'the keys'),
];

/** Command of a key at a place; undefined where it has none. */
export function commandOf(pressed: string, place: 'list' | 'request'): PageKey | undefined {
  return PAGE_KEYS.find(
    (each) => (each.place === place || each.place === 'everywhere') && each.keys.includes(pressed),
  );
}

const NAMES: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
  Escape: 'Esc',
  Enter: '↵',
  Backspace: '⌫',
};

/** Name of a key as it stands on keyboards. */
export function keyName(name: string): string {
  return Object.hasOwn(NAMES, name) ? NAMES[name]! : name;
}

/**
 * Route names: the matched pattern, or the path with `#` for ids, so that like requests aggregate.
 */

const MAX_URL = 2000;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * Route name of a request, the same in `list --by route`, `top`, `check`, `diff`, findings and the
 * browser.
 */
export function routeNameOf({ route, url }: { route?: string; url: string }): string {
  if (route !== undefined) return route;
  const path = urlShape(url).replace(/\?.*$/, '');
  return isBatch(url) ? `${path.slice(0, path.lastIndexOf('/') + 1)}(batch)` : path;
}

// tRPC's `/trpc/user.byId,user.list?batch=1`: any procedures may come together.
function isBatch(url: string): boolean {
  const queryStart = url.indexOf('?');
  if (queryStart < 0) return false;
  const path = url.slice(0, queryStart);
  return (
    /,|%2c/i.test(path.slice(path.lastIndexOf('/') + 1)) &&
    /(?:^|&)batch=1(?:&|$)/.test(url.slice(queryStart + 1))
  );
}

/**
 * URL with `#` for ids in its path and only the keys of its query: `/users/42?page=2` becomes
 * `/users/#?page`.
 */
export function urlShape(url: string): string {
  // A fragment is dropped, but `/#` is the mask of an id.
  const noFragment = url.slice(0, MAX_URL).replace(/#[\w!].*$/s, '');
  const queryStart = noFragment.indexOf('?');
  const beforeQuery = queryStart < 0 ? noFragment : noFragment.slice(0, queryStart);
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(beforeQuery)?.[0] ?? '';
  const path = maskIds(beforeQuery.slice(origin.length), /([/.,;=:_~-]+)/);
  const keys = queryStart < 0 ? [] : noFragment.slice(queryStart + 1).split('&');
  const names = [...new Set(keys.map((pair) => pair.split('=', 1)[0]!).filter((name) => name !== ''))].sort();
  const host = origin.toLowerCase().replace(/\/\/[^@/]*@/, '//');
  return host + path + (names.length > 0 ? `?${names.join('&')}` : '');
}

/**
 * Text with `#` in place of each word that looks like an id; `separators` has one capturing group.
 */
export function maskIds(text: string, separators: RegExp): string {
  return text
    .replace(UUID, '#')
    .split(separators)
    .map((part, index) => (index % 2 === 1 ? part : maskWord(part)))
    .join('');
}

function maskWord(word: string): string {
  if (!/[0-9]/.test(word)) return word.includes('@') ? '#' : word;
  if (/^[0-9]+$/.test(word) || word.includes('@')) return '#';
  if (/^(?:0x)?[0-9a-f]{8,}$/i.test(word)) return '#';
  // Tokens and object ids: long, with letters and digits mixed.
  if (word.length >= 16 && /[a-z]/i.test(word.slice(word.search(/[0-9]/)))) return '#';
  // `v2` and `md5` are names, `user42` has an id.
  const [, name] = /^([a-z]{3,})[0-9]+$/i.exec(word) ?? [];
  return name === undefined ? word : `${name}#`;
}

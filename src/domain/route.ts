/** Route names: the pattern that matched, or a path with `#` for ids, so that requests of one kind add up. */

const MAX = 2000;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/** Route of a request; the one name for it in `list --by route`, `top`, `check`, `diff`, findings and the browser. */
export function routeNameOf({ route, url }: { route?: string; url: string }): string {
  return route ?? urlShape(url).replace(/\?.*$/, '');
}

/** URL with `#` for ids in its path and only the keys of its query: `/users/42?page=2` is `/users/#?page`. */
export function urlShape(url: string): string {
  // A fragment goes; `/#` is ours.
  const whole = url.slice(0, MAX).replace(/#[\w!].*$/s, '');
  const cut = whole.indexOf('?');
  const place = cut < 0 ? whole : whole.slice(0, cut);
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(place)?.[0] ?? '';
  const path = maskIds(place.slice(origin.length), /([/.,;=:_~-]+)/);
  const keys = cut < 0 ? [] : whole.slice(cut + 1).split('&');
  const names = [...new Set(keys.map((pair) => pair.split('=', 1)[0]!).filter((name) => name !== ''))].sort();
  const host = origin.toLowerCase().replace(/\/\/[^@]*@/, '//');
  return host + path + (names.length > 0 ? `?${names.join('&')}` : '');
}

/** Text with `#` for those of its words, as the separators part them, that are ids. */
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
  // Tokens and object ids: long, letters and digits mixed.
  if (word.length >= 16 && /[0-9].*[a-z]/i.test(word)) return '#';
  // v2 and md5 are names, user42 is not.
  return /^[a-z]{3,}[0-9]+$/i.test(word) ? word.replace(/[0-9]+$/, '#') : word;
}

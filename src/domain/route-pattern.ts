/** Patterns of routes, by which a request is known before its framework has matched it. */

/**
 * Test for the URLs of a route (`/orders/:id`, `/files/*`, `/users/[id]`, `/users/{id}`, `#` for a
 * number) or of a path; of a URL with a query for that one only.
 */
export function routeMatcher(pattern: string): (url: string) => boolean {
  const [path = '', query] = splitQuery(pattern);
  const wanted = segmentsOf(path);
  return (url) => {
    const [urlPath = '', urlQuery] = splitQuery(url);
    if (query !== undefined && query !== urlQuery) return false;
    if (urlPath === path) return true;
    return matchesSegments(wanted, segmentsOf(urlPath));
  };
}

/** Whether a text has parts that stand for any value. */
export function isRoutePattern(text: string): boolean {
  return segmentsOf(splitQuery(text)[0]!).some((segment) => isRest(segment) || isAnyValue(segment));
}

function matchesSegments(wanted: string[], found: string[]): boolean {
  for (const [n, segment] of wanted.entries()) {
    if (isRest(segment)) return true;
    const isMissing = found[n] === undefined;
    if (isMissing && /^:[^?]*\?$/.test(segment) && n === wanted.length - 1) return true;
    if (isMissing || !(isAnyValue(segment) || segment === found[n])) return false;
  }
  return wanted.length === found.length;
}

function splitQuery(url: string): [path: string, query?: string] {
  const at = url.indexOf('?');
  // An optional parameter of express: /orders/:id?
  if (at < 0 || (at === url.length - 1 && url.includes(':', url.lastIndexOf('/')))) return [url];
  return [url.slice(0, at), url.slice(at + 1)];
}

function segmentsOf(path: string): string[] {
  return path.replace(/^\/|\/$/g, '').split('/');
}

function isRest(segment: string): boolean {
  return /^(?:\*.*|\[\[?\.\.\..*|\{\*.*|:.*[*+])$/.test(segment);
}

function isAnyValue(segment: string): boolean {
  return segment === '#' || /^(?::.+|\[.+\]|\{.+\})$/.test(segment);
}

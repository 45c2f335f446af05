/** Links of the page. */

/** URL of the page. By number: a cookie of `localhost` would be sent to each app that is opened there. */
export function pageUrl(port: number): string {
  return `http://127.0.0.1:${port}/`;
}

/** URL that opens the page in a browser; `place` is a place in it: `/r/<id>`. */
export function pageLink(port: number, token: string, place?: string): string {
  const parameters = new URLSearchParams({ token, ...(place !== undefined && { at: place }) });
  return `${pageUrl(port)}?${parameters}`;
}

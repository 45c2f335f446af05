/** `GET /scooby/` on the proxy: leads to the page, which is on a port of its own. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { isFromThisMachine } from './data-endpoint.js';

const PATH = /^(?:https?:\/\/[^/?#]*)?\/scooby\/?(?:\?.*)?$/i;

/**
 * Request handler of `/scooby/`: it redirects and returns true, or returns false for a request of the
 * app. The redirect carries no token and no code: anything here could be asked for by a script of the
 * app, or by a process of another user with the headers of a navigation. A browser that has opened
 * the link once is let in; to another one the page says how it gets the link.
 */
export function createPageRedirect(pageUrl: string) {
  return (req: IncomingMessage, res: ServerResponse): boolean => {
    const isAsked = (req.method === 'GET' || req.method === 'HEAD') && PATH.test(req.url!);
    // Elsewhere 127.0.0.1 is another machine.
    if (!isAsked || !isFromThisMachine(req)) return false;
    req.resume();
    res.writeHead(302, {
      Location: pageUrl,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'Content-Length': 0,
    });
    res.end();
    return true;
  };
}

/** Badge endpoint: the badge's script, at the app's origin. */

import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BADGE_PATH } from './badge-document.js';

const HEADERS = [
  ['Content-Type', 'text/javascript; charset=utf-8'],
  ['Cache-Control', 'no-cache'],
  ['X-Content-Type-Options', 'nosniff'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
].flat();

/** Request handler that serves a script; it returns false for a path of the app. */
export function createBadgeEndpoint(file: string) {
  const script = readFileSync(file);
  const headers = [...HEADERS, 'Content-Length', String(script.length)];
  return (req: IncomingMessage, res: ServerResponse): boolean => {
    if (req.url!.replace(/\?.*/s, '') !== BADGE_PATH) return false;
    req.resume();
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.writeHead(405, ['Allow', 'GET, HEAD', 'Content-Length', '0']).end();
      return true;
    }
    res.writeHead(200, headers);
    res.end(req.method === 'HEAD' ? undefined : script);
    return true;
  };
}

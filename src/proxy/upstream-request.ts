/** The request to the app, as it goes out. */

import { ClientRequest, type IncomingMessage } from 'node:http';
import { upstreamHeaders } from './forwarded-headers.js';
import type { Target } from './upstream.js';

/** What a request to the app is made from. */
export interface UpstreamRequestParts {
  req: IncomingMessage;
  path: string;
  id: string;
  secret: string | undefined;
  /** It announces a body. */
  body: boolean;
  /** It can be sent again, should a kept connection turn out to be closed. */
  again: boolean;
  /** It asks to switch protocols. */
  upgrade: boolean;
}

const CLOSE = /(?:^|,)\s*close\s*(?:,|$)/i;

/** Answers the request to the app, its headers queued, its body not yet begun; throws where Node will not send such a one. */
export function createUpstreamRequest(
  target: Target,
  { req, path, id, secret, body, again, upgrade }: UpstreamRequestParts,
): ClientRequest {
  const kept = again && !CLOSE.test(req.headers.connection ?? '');
  const options = {
    ...target.options,
    method: req.method!,
    path,
    headers: upstreamHeaders(req, id, secret, upgrade),
    agent: kept ? target.kept : target.fresh,
    ...(upgrade && { allowHalfOpen: true }),
  };
  const onward = body ? new ClientRequest(options as never) : new BodilessRequest(options as never);
  onward.maxHeadersCount = 0;
  if (req.headers.expect !== undefined) asBytes(onward);
  return onward;
}

/** Answers the path to ask the app for: an absolute form names a host that is not ours to go to. */
export function upstreamPath(url: string): string {
  if (url.startsWith('/') || url === '*') return url;
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

// Node would announce a chunked body for every POST that announces none.
class BodilessRequest extends ClientRequest {}
Object.defineProperty(BodilessRequest.prototype, 'useChunkedEncodingByDefault', {
  get: () => false,
  set() {},
});

// Headers of a request with Expect are queued to be written as UTF-8, but hold one byte a character.
function asBytes(onward: ClientRequest): void {
  const queued = (onward as { outputData?: { encoding?: BufferEncoding }[] }).outputData;
  for (const part of queued ?? []) part.encoding ??= 'latin1';
}

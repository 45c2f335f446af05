/** Creates the request that the proxy sends to the app. */

import { ClientRequest, type IncomingMessage } from 'node:http';
import { identityHeaders } from './badge/badge-document.js';
import { upstreamHeaders } from './forwarded-headers.js';
import type { Target } from './upstream.js';

/** Parts of a request to the app. */
export interface UpstreamRequestParts {
  req: IncomingMessage;
  path: string;
  id: string;
  secret: string | undefined;
  /** What the agent is told of the decision to record it. */
  told?: string | undefined;
  isTraceParent?: boolean | undefined;
  /** The client's request announces a body. */
  hasBody: boolean;
  /** It can be sent again, should a keep-alive connection turn out to be closed. */
  isRepeatable: boolean;
  /** It is a request to switch protocols. */
  isUpgrade: boolean;
  /** The response is asked for in full and in the clear. */
  isIdentity?: boolean;
}

const CLOSE = /(?:^|,)\s*close\s*(?:,|$)/i;

/**
 * Request to the app with its headers queued and its body not yet begun. Throws where Node refuses
 * its method, path or headers.
 */
export function createUpstreamRequest(target: Target, parts: UpstreamRequestParts): ClientRequest {
  const { req, path, id, secret, told, isTraceParent, hasBody, isRepeatable, isUpgrade } = parts;
  const headers = upstreamHeaders(req, { id, secret, told, isTraceParent }, isUpgrade);
  const reuseConnection = isRepeatable && !CLOSE.test(req.headers.connection ?? '');
  const options = {
    ...target.options,
    method: req.method!,
    path,
    headers: parts.isIdentity ? identityHeaders(headers) : headers,
    agent: reuseConnection ? target.keepAliveAgent : target.singleUseAgent,
    ...(isUpgrade && { allowHalfOpen: true }),
  };
  const upstreamRequest = hasBody
    ? new ClientRequest(options as never)
    : new BodilessRequest(options as never);
  upstreamRequest.maxHeadersCount = 0;
  if (req.headers.expect !== undefined) queueAsBytes(upstreamRequest);
  return upstreamRequest;
}

/** Path to request from the app; of an absolute-form URL the scheme and host are dropped. */
export function upstreamPath(url: string): string {
  if (url.startsWith('/') || url === '*') return url;
  const path = url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '');
  return path.startsWith('/') ? path : `/${path}`;
}

// Node announces a chunked body for every POST without Content-Length.
class BodilessRequest extends ClientRequest {}
Object.defineProperty(BodilessRequest.prototype, 'useChunkedEncodingByDefault', {
  get: () => false,
  set() {},
});

// Node queues the headers of a request with Expect as UTF-8, but they hold one byte per character.
function queueAsBytes(upstreamRequest: ClientRequest): void {
  const queued = (upstreamRequest as { outputData?: { encoding?: BufferEncoding }[] }).outputData;
  for (const part of queued ?? []) part.encoding ??= 'latin1';
}

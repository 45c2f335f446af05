/** Entry point of forwarding: refuses ambiguous requests, sends all others to the app. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ambiguousRequest, sendPage } from './error-pages.js';
import type { ForwardOptions, UpgradeListener } from './forward-options.js';
import { isAmbiguous } from './forwarded-headers.js';
import { ProxiedRequest } from './proxied-request.js';

/**
 * Forwards a request to the app and the response to the client; with `onUpgrade`, a request to
 * switch protocols.
 */
export function forward(
  options: ForwardOptions,
  req: IncomingMessage,
  res: ServerResponse,
  onUpgrade?: UpgradeListener,
): void {
  if (isAmbiguous(req)) sendPage(res, ambiguousRequest(), randomUUID());
  else new ProxiedRequest(options, req, res, onUpgrade).start();
}

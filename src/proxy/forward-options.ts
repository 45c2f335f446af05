/** Settings of forwarding, the same for every request of a proxy. */

import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ProxyObserver } from './observer.js';
import type { OriginRefusal } from './origin-refusal.js';
import type { Upstream } from './upstream.js';

/** The proxy's settings that apply to every request. */
export interface ForwardOptions {
  upstream: Upstream;
  observer: ProxyObserver;
  /** Value of X-Scooby-Secret. */
  secret: string;
  /** ms that a request waits for the app to listen. */
  wait: number;
  /** ms within which the app has to send its response headers; 0 means no limit. */
  timeout: number;
  /** Requests get a `traceparent` below the span that is recorded of them. */
  isTraceParent?: boolean | undefined;
  /** Documents that a browser navigates to get the badge. */
  badge?: boolean | undefined;
  /** Called with the code of an error by which there is no room for another connection. */
  onExhausted?: ((code: string) => void) | undefined;
  /** Called when the app has refused a request for its Origin. */
  onOriginRefused?: ((refusal: OriginRefusal) => void) | undefined;
}

/** Called once the app has agreed to switch protocols (101), with the socket to the app. */
export type UpgradeListener = (response: IncomingMessage, socket: Duplex, head: Buffer, id: string) => void;

/** Signs that tell the app's own server from those beside it: variables, and what its handlers do. */

import type { Server } from 'node:net';
import type { ServerSigns } from '../../domain/link.js';
import { sitesAbove } from '../call/stack-formatter.cjs';

/** A handler of that length does more than to refuse or to answer one scrape. */
const MAX_HANDLER_TEXT = 1500;
/** Of the calls that lead to a server's start. */
const MAX_FRAMES = 20;
const OPERATIONS =
  /^\/?(?:_|-\/)?(?:metrics|prometheus|health|healthz|healthcheck|health-check|livez?|liveness|alive|ready|readyz|readiness|ping|status|started|startup)(?:\/(?:live|ready|startup|liveness|readiness))?\/?$/i;
const PATH_LITERAL = /(['"`])(\/[\w./-]*)\1/g;
/** The registry of prom-client and its kin. */
const REGISTRY = /(?:regist(?:er|ry)|prom(?:etheus)?|client)\w{0,40}\.(?:metrics|contentType)\b/i;
/** Packages whose servers a browser does not open. */
const OPERATIONS_PACKAGE =
  /[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]*(?:prometheus|metrics|livereload|lightship|healthcheck)[^\\/]*[\\/]/i;

/** Dev servers, which open one for hot reloading before their own. */
const DEV_PACKAGE =
  /[\\/]node_modules[\\/](?:@(?:vitejs|parcel|rspack|rsbuild|farmfe|nuxt|remix-run|react-router|angular|web)[\\/]|(?:vite|vite-node|vinxi|nitro|nitropack|nuxi|rolldown-vite|parcel|webpack(?:-dev-server|-hot-middleware)?|rollup-plugin-livereload|esbuild|snowpack)[\\/])/i;

const openedByPackage = new WeakSet<Server>();
const openedByDevServer = new WeakSet<Server>();

/** Notes whether a package for operations, or a dev server, calls `listen`, which is on the stack. */
export function noteOpener(server: Server): void {
  const stack = stackText();
  if (OPERATIONS_PACKAGE.test(stack)) openedByPackage.add(server);
  else if (DEV_PACKAGE.test(stack)) openedByDevServer.add(server);
}

/** Signs of a server that listens at `port`; its handlers are read, not called. */
export function signsOf(server: Server, port: number | undefined): ServerSigns {
  const beside = besideOf(server);
  const variables = port === undefined ? [] : variablesWith(String(port));
  return { ...(variables.length > 0 && { variables }), ...(beside !== undefined && { beside }) };
}

function variablesWith(port: string): string[] {
  return Object.keys(process.env).filter((name) => /port/i.test(name) && process.env[name] === port);
}

function besideOf(server: Server): ServerSigns['beside'] {
  const handlers = server.listeners('request');
  // A stream handler serves http2's core API.
  if (handlers.length === 0) return server.listenerCount('stream') > 0 ? undefined : 'upgrades';
  const texts = handlers.map((handler) => Function.prototype.toString.call(handler));
  // 426 Upgrade Required: what ws and hot reloading answer to all that is no websocket.
  if (server.listenerCount('upgrade') > 0 && texts.every(isUpgradeRequired))
    return openedByDevServer.has(server) ? 'reload' : 'upgrades';
  return openedByPackage.has(server) || texts.every(isOperations) ? 'operations' : undefined;
}

function isUpgradeRequired(text: string): boolean {
  return text.length < MAX_HANDLER_TEXT && /\b426\b/.test(text);
}

/** Whether a handler names paths of operations only, or answers with a registry of metrics. */
function isOperations(text: string): boolean {
  if (text.length > MAX_HANDLER_TEXT) return false;
  const paths = Array.from(text.matchAll(PATH_LITERAL), ([, , path]) => path!).filter((path) => path !== '/');
  if (paths.length > 0) return paths.every((path) => OPERATIONS.test(path));
  return REGISTRY.test(text);
}

/** Files of the calls that led here, a line each. */
function stackText(): string {
  return sitesAbove(stackText, MAX_FRAMES)
    .map((site) => site.getFileName())
    .join('\n');
}

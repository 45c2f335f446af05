/**
 * Sockets of drivers, for `scooby run --delay`: which library connects a socket is read from the
 * stack. Installed only where a delay is asked for.
 */

import type * as net from 'node:net';
import { sitesAbove } from '../call/stack-formatter.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { packageName, packagePath } from '../loader/cjs.cjs';
import { delayOf, delaySocket } from './delayed-socket.cjs';

/** A library whose answers may be delayed. */
interface Driver {
  kind: string;
  library: string;
}

/** Frames above the connection that are searched. */
const MAX_FRAMES = 40;
const HTTP_SCRIPTS = /^node:(?:_?https?(?:_client|_agent)?|internal\/deps\/undici\/undici)$/;
/** Well-known ports: of a driver in a bundle no file tells. */
const PORTS: Record<number, Driver> = {
  5432: { kind: 'sql', library: 'pg' },
  3306: { kind: 'sql', library: 'mysql2' },
  6379: { kind: 'cache', library: 'redis' },
  11211: { kind: 'cache', library: 'memcached' },
  27017: { kind: 'rpc', library: 'mongodb' },
};

/**
 * Delays the answers to drivers: `delays` are ms by library, by kind, or for `all`; `drivers` by the
 * names of their packages.
 */
export function delayDrivers(delays: Record<string, number>, drivers: ReadonlyMap<string, Driver>): void {
  // Loaded here: without a delay an app may need neither.
  const { Socket }: typeof net = require('node:net');
  const msOf = ({ kind, library }: Driver) => delays[library] ?? delays[kind] ?? delays.all ?? 0;
  replaceMethod(Socket.prototype, 'connect', (original) => {
    return function connect(this: net.Socket) {
      attempt(delayOwn, this, arguments, connect);
      return Reflect.apply(original, this, arguments);
    };
  });
  const delayOwn = (socket: net.Socket, args: ArrayLike<unknown>, cut: Function) => {
    const driver = driverOf(scriptsAbove(cut), drivers) ?? driverAtPort(args);
    const ms = driver === undefined ? 0 : msOf(driver);
    if (ms > 0) delaySocket(socket, ms, driver!.kind === 'sql');
  };
  // Of an upgraded connection the TLS socket reads, and the socket below it nothing more.
  replaceMethod(require('node:tls') as object, 'connect', (original) => {
    return function connect(this: unknown) {
      const socket = Reflect.apply(original, this, arguments) as net.Socket;
      attempt(delayUpgraded, socket, arguments);
      return socket;
    };
  });
}

function delayUpgraded(socket: net.Socket, args: ArrayLike<unknown>): void {
  for (const arg of Array.from(args)) {
    const inner = typeof arg === 'object' && arg !== null ? (arg as { socket?: unknown }).socket : undefined;
    const ms = delayOf(inner);
    if (ms > 0) delaySocket(socket, ms);
  }
}

/** The innermost driver; HTTP itself where a request of the app connects. */
function driverOf(scripts: string[], drivers: ReadonlyMap<string, Driver>): Driver | undefined {
  for (const script of scripts) {
    if (HTTP_SCRIPTS.test(script)) return { kind: 'http', library: 'http' };
    const path = packagePath(script);
    const driver = path === '' ? undefined : drivers.get(packageName(path));
    if (driver !== undefined) return driver;
  }
  return undefined;
}

function driverAtPort(args: ArrayLike<unknown>): Driver | undefined {
  // `net.connect` passes its arguments on as one list.
  const [first] = Array.isArray(args[0]) ? (args[0] as unknown[]) : [args[0]];
  const port = typeof first === 'object' && first !== null ? (first as { port?: unknown }).port : first;
  return PORTS[Number(port)];
}

/** Files of the stack, innermost first. */
function scriptsAbove(cut: Function): string[] {
  return sitesAbove(cut, MAX_FRAMES).map((site) => site.getFileName() ?? '');
}

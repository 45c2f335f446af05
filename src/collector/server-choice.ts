/** Choice of the app's own server among those that listen: each sign for or against it counts. */

import type { ServerAddress, ServerSigns } from '../domain/link.js';
import type { AppInfo } from '../domain/trace.js';

/** A server of the app. */
export interface AppServer {
  address: ServerAddress;
  app: AppInfo;
  signs: ServerSigns;
}

/** What was seen of ports since they were opened. */
export interface PortFacts {
  /** Ports that the user has named: `--take-port 3000`, `--port 3000` of the command. */
  named: Set<number>;
  printed: Set<number>;
  /** Printed as that of metrics, health checks or hot reloading. */
  printedBeside: Set<number>;
}

const BESIDE_VARIABLE =
  /METRIC|PROM|HEALTH|ADMIN|HMR|RELOAD|DEBUG|INSPECT|MANAGEMENT|PROBE|READINESS|LIVENESS|WEBSOCKET|WS_|SOCKET|TELEMETRY|STATUS|DEVTOOLS/i;
/** Prometheus exporters, hot reloading of Vite, livereload, inspectors. */
const BESIDE_PORTS = new Set([9090, 9091, 9100, 9102, 9113, 9394, 9464, 24678, 35729, 9229, 9230]);

/** Points of a server: the highest is the app's, of equals the first that has listened. */
export function scoreOf({ address, signs }: AppServer, facts: PortFacts): number {
  const port = address.wanted ?? address.port;
  let score = address.path === undefined ? 0 : -1;
  if (signs.beside !== undefined) score -= 10;
  if (port === undefined) return score;
  if (facts.named.has(port)) score += 16;
  score += scoreOfVariables(signs.variables ?? []);
  if (facts.printedBeside.has(port)) score -= 4;
  else if (facts.printed.has(port)) score += 4;
  return BESIDE_PORTS.has(port) ? score - 3 : score;
}

function scoreOfVariables(variables: string[]): number {
  if (variables.includes('PORT')) return 8;
  if (variables.length === 0) return 0;
  return variables.every((name) => BESIDE_VARIABLE.test(name)) ? -6 : 2;
}

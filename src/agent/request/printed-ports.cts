/** Ports that the app prints about the time when it starts to listen: `ready at http://localhost:3000`. */

import { now } from './traced-request.cjs';

/** A port that was printed; `beside`: as that of metrics, health checks or hot reloading. */
export interface PrintedPort {
  port: number;
  beside?: true;
}

/** An app that starts says within that time where it listens. */
const WATCH_MS = 10_000;
const MAX_PRINTED = 50;
const MAX_TEXT = 4000;
const PORT = /(?::|\bport\b\D{0,12}?)(\d{2,5})\b/gi;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Vite prints the port in bold.
const COLOUR = /\x1b\[[\d;]*m/g;
const BESIDE =
  /\b(?:metrics?|prometheus|health(?:check|z)?|probes?|readiness|liveness|hmr|hot[- ]?(?:module|reload)\w*|live-?reload|web-?sockets?|wss?:|inspector|debugger|admin|telemetry|devtools)\b/i;

/** Whether lines of the app's log are read for ports; first in the wrapper of each line. */
export const printedPorts = { isWatching: true };

const printed: PrintedPort[] = [];
let until = Number.POSITIVE_INFINITY;
let listener: ((printed: PrintedPort) => void) | undefined;

/** Passes the ports printed so far, and those of the next 10 s, to the listener; once a process. */
export function watchPrintedPorts(onPrinted: (printed: PrintedPort) => void): void {
  if (listener !== undefined) return;
  listener = onPrinted;
  until = now() + WATCH_MS;
  for (const port of printed) onPrinted(port);
}

/** Notes the ports in a line of the app's log: its texts and numbers only. */
export function notePrintedPorts(args: ArrayLike<unknown>): void {
  if (printed.length >= MAX_PRINTED || now() > until) {
    printedPorts.isWatching = false;
    return;
  }
  const text = Array.from(args, textOf).join(' ').replace(COLOUR, '');
  if (text.length > MAX_TEXT || !/\d{2}/.test(text)) return;
  for (const line of text.split('\n')) {
    const beside = BESIDE.test(line);
    for (const [, digits] of line.matchAll(PORT)) note({ port: Number(digits), ...(beside && { beside }) });
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? `:${value}` : '';
}

function note(port: PrintedPort): void {
  if (port.port > 65_535 || printed.length >= MAX_PRINTED) return;
  if (printed.some((other) => other.port === port.port && other.beside === port.beside)) return;
  printed.push(port);
  listener?.(port);
}

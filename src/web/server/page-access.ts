/** Who may read the page's data: checks of Host, Origin, fetch metadata and of both halves of the session. */

import type { IncomingMessage } from 'node:http';
import { isSecret, type PageSecrets } from './page-secrets.js';

/** Why a request is refused, in a sentence for the user. */
export interface Refusal {
  status: number;
  message: string;
}

/** Header in which the page sends its half of the session: no form and no foreign page can. */
export const KEY_HEADER = 'x-scooby-key';

/** Sentence about how a browser gets in. */
export const HOW_TO_OPEN = 'Open this page by the link that `scooby open` prints.';

const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]'];

/** Name of the cookie: cookies are shared by all ports of a host, so it names the port. */
export function cookieName(port: number): string {
  return `scooby-page-${port}`;
}

/** Why a request for anything is refused: it was not sent to this machine by its own name. */
export function hostRefusal(req: IncomingMessage, port: number): Refusal | undefined {
  const hosts = headerValues(req, 'host').map((host) => host.toLowerCase());
  // A name that an attacker's DNS points at 127.0.0.1 is in the Host header as it is.
  if (hosts.length === 1 && LOOPBACK_NAMES.some((name) => hosts[0] === `${name}:${port}`)) return undefined;
  return {
    status: 403,
    message: `This page is served as http://127.0.0.1:${port} only; forwarded, it needs the same port.`,
  };
}

/** Why a request for data is refused; undefined where it comes from the page itself, opened by its link. */
export function dataRefusal(req: IncomingMessage, port: number, secrets: PageSecrets): Refusal | undefined {
  const [host] = headerValues(req, 'host');
  const isOwnOrigin = headerValues(req, 'origin').every((origin) => origin === `http://${host}`);
  const isOwnSite = headerValues(req, 'sec-fetch-site').every((site) => site === 'same-origin');
  if (!isOwnOrigin || !isOwnSite)
    return { status: 403, message: 'Recorded requests are not for other sites.' };
  const hasKey = isSecret(headerValues(req, KEY_HEADER)[0], secrets.key);
  const hasCookie = cookieValues(req, cookieName(port)).some((value) => isSecret(value, secrets.cookie));
  if (hasKey && hasCookie) return undefined;
  return { status: 401, message: HOW_TO_OPEN };
}

/** Values of a header, each line by itself: Node joins some and drops others. */
export function headerValues({ rawHeaders }: IncomingMessage, name: string): string[] {
  return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === name);
}

function cookieValues(req: IncomingMessage, name: string): string[] {
  const pairs = headerValues(req, 'cookie').flatMap((line) => line.split(';'));
  return pairs
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}

/** Secrets of the page: a token per run, and the two halves of a session that are derived from it. */

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * What a browser needs to read the page's data. `token` is in the link only; `cookie` is out of reach
 * of scripts, but is sent to each port of this host; `key` is kept by the page's origin, which
 * includes the port, and is never sent by the browser on its own. Either half alone opens nothing.
 */
export interface PageSecrets {
  token: string;
  cookie: string;
  key: string;
}

/** Secrets of a token; by default of a new one. */
export function pageSecrets(token = randomBytes(24).toString('base64url')): PageSecrets {
  const derived = (purpose: string) =>
    createHmac('sha256', token).update(`scooby page ${purpose}`).digest('base64url');
  return { token, cookie: derived('cookie'), key: derived('key') };
}

/** Whether a received value is the secret, compared in constant time. */
export function isSecret(value: string | undefined, secret: string): boolean {
  const given = Buffer.from(value ?? '');
  const expected = Buffer.from(secret);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

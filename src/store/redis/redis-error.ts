/** Errors of Redis and of the way to it, as a user reads them. */

import { StoreError } from '../store.js';

interface Cause {
  pattern: RegExp;
  text(shown: string, message: string): string;
  /** No further attempt within seconds is going to be answered otherwise. */
  isFinal?: true;
}

/** The first that fits counts. */
const CAUSES: Cause[] = [
  {
    pattern: /^(?:NOAUTH|WRONGPASS|NOPERM|ERR AUTH|ERR invalid password|ERR Client sent AUTH)/,
    text: () => 'user or password are wrong, or lack the right to do this',
    isFinal: true,
  },
  { pattern: /^OOM/, text: () => 'it is full (maxmemory)' },
  { pattern: /^READONLY|^MASTERDOWN/, text: () => 'it is a replica, or fails over' },
  { pattern: /^LOADING/, text: () => 'it is starting' },
  { pattern: /^CLUSTERDOWN/, text: () => 'its cluster is down, or some of its slots are served by no node' },
  {
    pattern: /^MOVED|^ASK /,
    text: (shown) => `it is a node of a cluster: ${inOtherWords(shown, 'cluster')}`,
    isFinal: true,
  },
  {
    pattern: /cluster support disabled/i,
    text: (shown) => `it is no cluster: ${inOtherWords(shown, '')}`,
    isFinal: true,
  },
  {
    pattern: /unknown command '?sentinel/i,
    text: (shown) => `it is no sentinel: ${inOtherWords(shown, '')}`,
    isFinal: true,
  },
  {
    pattern: /sentinels are unreachable/i,
    text: (shown) => `its sentinels cannot be reached, or know no master “${shown.split('/')[3] ?? ''}”`,
  },
  {
    pattern: /alert (?:certificate|unknown ca|bad certificate|handshake failure)/i,
    text: () => 'it takes no client without a certificate that it knows; add ?cert=<file>&key=<file>',
    isFinal: true,
  },
  {
    pattern: /altnames|ERR_TLS_CERT_ALTNAME/i,
    text: (_, message) => `its certificate is for another host (${plain(message)})`,
    isFinal: true,
  },
  { pattern: /expired/i, text: () => 'its certificate has expired', isFinal: true },
  {
    pattern: /self.signed|certificate|CERT_/i,
    text: (_, message) => `its certificate is not trusted (${plain(message)}); add ?ca=<file>`,
    isFinal: true,
  },
  {
    pattern: /wrong version number|packet length too long|EPROTO/i,
    text: (shown) =>
      `it does not speak TLS: the URL begins with ${shown.split(':')[0]!.replace('ss', 's')}://`,
    isFinal: true,
  },
  {
    pattern: /timed out|does not answer|ETIMEDOUT/i,
    text: (shown) =>
      shown.startsWith('rediss') ? 'it does not answer, or does not speak TLS' : 'it does not answer',
  },
  {
    pattern: /ECONNRESET|socket hang up|connection is closed/i,
    text: (shown) =>
      shown.startsWith('rediss')
        ? 'it ends the connection'
        : `it ends the connection; if it speaks TLS, the URL begins with ${shown.split(':')[0]!.replace('redis', 'rediss')}://`,
  },
];

/** Message of what Redis or the way to it did, for the user; without addresses' passwords, which it never has. */
export function redisError(error: unknown, shown: string): StoreError {
  const message = messageOf(error as Error);
  const cause = CAUSES.find(({ pattern }) => pattern.test(message))?.text(shown, message);
  const word = (error as Error).name === 'ReplyError' ? ` (${message.split(' ')[0]})` : '';
  return new StoreError(`${shown}: ${cause ?? `it cannot be reached${word}`}.`, { cause: error });
}

/** Whether asking again is in vain: what is wrong is the URL, or a right. */
export function isFinal(error: Error): boolean {
  const message = messageOf(error);
  return CAUSES.find(({ pattern }) => pattern.test(message))?.isFinal === true;
}

/** The reason of a cluster's node is the one that tells. */
function messageOf({ message = '', lastNodeError }: Error & { lastNodeError?: Error }): string {
  return lastNodeError?.message || message;
}

/** How the URL of another kind of Redis begins. */
function inOtherWords(shown: string, kind: string): string {
  return `the URL begins with ${shown.startsWith('rediss') ? 'rediss' : 'redis'}${kind && `+${kind}`}://`;
}

/** OpenSSL's and Node's reasons in one line, short. */
function plain(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim();
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

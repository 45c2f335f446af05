/** User of the program at the other end of a loopback connection; Linux tells it. */

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

const LOOPBACK = '0100007F';
/** uid of users that this user namespace does not know. */
const UNKNOWN_UID = 65_534;

/**
 * Whether a connection is certainly from another user than `owner`, who is not root: a link is in the
 * arguments of the program that opens it, and `ps` shows those to everybody. Where the system does not
 * tell, the token decides alone.
 */
export function isFromOtherUser({ remotePort, localPort }: Socket, owner: number | undefined): boolean {
  if (process.platform !== 'linux' || owner === undefined || owner === 0) return false;
  if (remotePort === undefined || localPort === undefined) return false;
  try {
    const table = readFileSync('/proc/net/tcp', 'latin1');
    const uid = uidOfConnection(table, remotePort, localPort);
    // Nothing that is to be let in closes its end before it has the answer; but some systems tell no end's program.
    if (uid === 'none') return uidOfConnection(table, localPort, remotePort) !== 'none';
    return uid !== undefined && uid !== owner && uid !== 0 && uid !== UNKNOWN_UID;
  } catch {
    return false;
  }
}

/**
 * uid that owns the socket from one port of 127.0.0.1 to another, in the text of /proc/net/tcp. `none`: its
 * program has closed it, and what it has sent is still read; the table has it as root's then.
 */
export function uidOfConnection(
  table: string,
  fromPort: number,
  toPort: number,
): number | 'none' | undefined {
  const addresses = ` ${LOOPBACK}:${hex(fromPort)} ${LOOPBACK}:${hex(toPort)} `;
  const at = table.indexOf(addresses);
  if (at < 0) return undefined;
  // State, queues, timer, retransmits, uid, timeout, inode.
  const line = table.slice(at + addresses.length, at + addresses.length + 100).split(/\s+/);
  const [uid, , inode] = line.slice(4);
  if (uid === '0' && inode === '0') return 'none';
  return uid !== undefined && /^\d+$/.test(uid) ? Number(uid) : undefined;
}

function hex(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

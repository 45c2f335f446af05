/** JSON lines over a local socket: one object per line, of bounded length. */

import type { Socket } from 'node:net';

/**
 * Calls `onMessage` with each line of the socket, parsed. The socket is destroyed, without an error
 * message, by a line of more than `maxLength` characters, by a line that is no JSON object, and by
 * `onMessage` when it throws.
 */
export function readMessages(
  socket: Socket,
  maxLength: number,
  onMessage: (message: Record<string, unknown>) => void,
): void {
  let parts: string[] = [];
  let length = 0;
  const append = (text: string) => {
    length += text.length;
    if (length > maxLength) throw new Error('too long');
    parts.push(text);
  };
  const takeMessage = (): Record<string, unknown> => {
    const value: unknown = JSON.parse(parts.join(''));
    parts = [];
    length = 0;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
    return value as Record<string, unknown>;
  };
  socket.setEncoding('utf8').on('data', (text: string) => {
    try {
      const texts = text.split('\n');
      for (const [n, part] of texts.entries()) {
        append(part);
        if (n < texts.length - 1 && !socket.destroyed) onMessage(takeMessage());
      }
    } catch {
      socket.destroy();
    }
  });
}

/** Writes one line, if the socket is still writable. */
export function writeMessage(socket: Socket, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

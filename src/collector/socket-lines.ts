/** Lines over a local socket, of bounded length; on most sockets each is one JSON object. */

import type { Socket } from 'node:net';

/**
 * Calls `onLine` with each line of the socket. The socket is destroyed, without an error message, by
 * a line of more than `maxLength` characters, and by `onLine` when it throws.
 */
export function readLines(socket: Socket, maxLength: number, onLine: (text: string) => void): void {
  let parts: string[] = [];
  let length = 0;
  const append = (text: string) => {
    length += text.length;
    if (length > maxLength) throw new Error('too long');
    parts.push(text);
  };
  const takeLine = () => {
    const line = parts.join('');
    parts = [];
    length = 0;
    return line;
  };
  socket.setEncoding('utf8').on('data', (text: string) => {
    try {
      const texts = text.split('\n');
      for (const [n, part] of texts.entries()) {
        append(part);
        if (n < texts.length - 1 && !socket.destroyed) onLine(takeLine());
      }
    } catch {
      socket.destroy();
    }
  });
}

/** Calls `onMessage` with each line, parsed; the socket is destroyed by a line that is no JSON object, too. */
export function readMessages(
  socket: Socket,
  maxLength: number,
  onMessage: (message: Record<string, unknown>) => void,
): void {
  readLines(socket, maxLength, (line) => {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
    onMessage(value as Record<string, unknown>);
  });
}

/** Writes one line, if the socket is still writable. */
export function writeMessage(socket: Socket, message: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** JSON lines over a local socket: one object a line, bounded; anything else ends the connection. */

import type { Socket } from 'node:net';

/**
 * Hands on each line that comes, read as JSON. A line that is longer than `longest` characters, or that is no object, or
 * that `said` throws at, ends the connection: nobody on this socket is owed an explanation.
 */
export function readMessages(
  socket: Socket,
  longest: number,
  said: (line: Record<string, unknown>) => void,
): void {
  let rest: string[] = [];
  let length = 0;
  const take = (text: string) => {
    length += text.length;
    if (length > longest) throw new Error('too long');
    rest.push(text);
  };
  const line = (): Record<string, unknown> => {
    const value: unknown = JSON.parse(rest.join(''));
    rest = [];
    length = 0;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('no object');
    return value as Record<string, unknown>;
  };
  socket.setEncoding('utf8').on('data', (text: string) => {
    try {
      const texts = text.split('\n');
      for (const [n, part] of texts.entries()) {
        take(part);
        if (n < texts.length - 1 && !socket.destroyed) said(line());
      }
    } catch {
      socket.destroy();
    }
  });
}

/** Says one line, where there is still somebody to hear it. */
export function writeMessage(socket: Socket, line: object): void {
  if (socket.writable) socket.write(`${JSON.stringify(line)}\n`);
}

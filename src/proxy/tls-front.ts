/** TLS at the proxy's port, beside plain HTTP: the first byte of a connection tells which it speaks. */

import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions, type Server as TlsServer } from 'node:tls';

/**
 * Reader of the certificate to present, called for a client of TLS; undefined while the app does not
 * speak it, nor does the proxy then.
 */
export type TlsIdentity = () => (() => Promise<SecureContextOptions>) | undefined;

/** Record type of a handshake, the first byte that a client of TLS sends. */
const HANDSHAKE = 22;

type ConnectionListener = (this: Server, socket: Socket) => void;

/** Lets a server answer TLS as well, where `identity` gives a certificate at the time of a connection. */
export function acceptTls(server: Server, identity: TlsIdentity): void {
  const [serveHttp] = server.listeners('connection') as [ConnectionListener];
  server.removeAllListeners('connection');
  let tlsServer: TlsServer | undefined;
  let current: SecureContextOptions | undefined;
  const serveTls = (socket: Socket, options: SecureContextOptions) => {
    if (options !== current) {
      tlsServer ??= createTlsServer(options, (secure) => serveHttp.call(server, secure));
      tlsServer.setSecureContext(options);
      current = options;
    }
    tlsServer!.emit('connection', socket);
  };
  const read = new WeakSet<Socket>();
  server.on('connection', (socket: Socket) => {
    const readCertificate = read.has(socket) ? undefined : identity();
    read.add(socket);
    if (readCertificate === undefined) return serveHttp.call(server, socket);
    const destroy = () => void socket.destroy();
    socket.on('error', destroy).on('end', destroy);
    socket.once('data', (chunk: Buffer) => {
      socket.pause();
      socket.removeListener('error', destroy).removeListener('end', destroy);
      socket.unshift(chunk);
      if (chunk[0] !== HANDSHAKE) {
        serveHttp.call(server, socket);
        socket.resume();
        return;
      }
      socket.on('error', destroy);
      readCertificate()
        .then((options) => serveTls(socket, options))
        .catch(destroy);
    });
  });
}

function createTlsServer(options: SecureContextOptions, serve: (socket: Socket) => void): TlsServer {
  const server = createServer({ ...options, ALPNProtocols: ['http/1.1'] }, serve);
  server.on('tlsClientError', (_, socket) => socket.destroy());
  return server;
}

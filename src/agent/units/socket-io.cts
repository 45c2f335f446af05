/** Units of socket.io: events that a client sends, linked to the handshake. */

import { replaceMethod } from '../call/wrap.cjs';
import { tagOfMessage } from '../request/private-field.cjs';
import { TracedRequest } from '../request/traced-request.cjs';
import { wrapUnitMethod } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface Socket {
  nsp: { name: string };
  /** The message of the handshake. */
  request: object;
}

export const socketIo: UnitLibrary = {
  library: 'socket.io',
  versions: '>=2.4 <5',
  runs: 'message',
  name: 'namespace and event',
  files: { 'socket.io/dist/socket.js': patchSocket, 'socket.io/lib/socket.js': patchSocket },
};

function patchSocket(exports: { Socket?: { prototype: object }; prototype?: object }): void {
  const prototype = exports.Socket?.prototype ?? exports.prototype;
  if (prototype === undefined) throw new Error('Socket not found');
  replaceMethod(prototype, 'dispatch', (original) =>
    wrapUnitMethod(original, ([[event]]: [[unknown]], { nsp, request }: Socket) => {
      const owner = tagOfMessage(request);
      return {
        kind: 'message',
        name: [nsp.name === '/' ? '' : nsp.name, String(event)].filter(Boolean).join(' '),
        ...(owner instanceof TracedRequest && { parent: owner }),
      };
    }),
  );
}

/** Units of ws: messages and the closing of a socket, linked to the handshake. */

import { redactUrl } from '../../domain/redact.cjs';
import { replaceMethod } from '../call/wrap.cjs';
import type { TracedRequest } from '../request/traced-request.cjs';
import { parentOfUnits } from '../request/unit.cjs';
import type { UnitInfo } from '../request/unit-info.cjs';
import { state } from '../run-config.cjs';
import { wrapUnitMethod } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

interface WebSocket {
  /** Of a client. */
  url?: string;
}

/** Request of the handshake, or that opened the socket as a client. */
const openers = new WeakMap<object, TracedRequest>();

export const ws: UnitLibrary = {
  library: 'ws',
  versions: '>=7 <9',
  runs: 'message',
  name: 'the path of the socket',
  files: {
    'ws/lib/websocket.js': ({ prototype }: { prototype: object }) => {
      replaceMethod(prototype, 'setSocket', wrapSetSocket);
      replaceMethod(prototype, 'emit', (original) =>
        wrapUnitMethod(original, ([type]: [string], self: WebSocket) => unitOfEvent(type, self)),
      );
    },
  },
};

function wrapSetSocket(original: Function): Function {
  return function setSocket(this: object) {
    const opener = state.recording === 'off' ? undefined : parentOfUnits();
    if (opener !== undefined) openers.set(this, opener);
    return Reflect.apply(original, this, arguments);
  };
}

function unitOfEvent(type: string, socket: WebSocket): UnitInfo | undefined {
  if (type !== 'message' && type !== 'close') return undefined;
  const opener = openers.get(socket);
  // What a client receives while the request that opened it runs is that request's.
  if (socket.url && opener?.ended === 0) return undefined;
  const path = socket.url ? redactUrl(socket.url) : (opener?.url ?? '');
  const [name = ''] = path.split('?', 1);
  const suffix = type === 'close' ? ' close' : '';
  return { kind: 'message', name: `${name || 'ws'}${suffix}`, parent: opener };
}

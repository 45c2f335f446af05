/** Units of MQTT.js: messages, linked to the request that published them by what they say. */

import { replaceMethod } from '../call/wrap.cjs';
import type { UnitInfo } from '../request/unit-info.cjs';
import { wrapUnitMethod } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';
import { messageKey, wrapProducer } from './message-key.cjs';

type Class = { prototype: object };
type Emitted = [type: string, topic: string, payload: unknown, packet?: { qos?: number }];

export const mqtt: UnitLibrary = {
  library: 'mqtt',
  versions: '>=4 <6',
  runs: 'message',
  name: 'topic',
  files: {
    'mqtt/build/lib/client.js': ({ default: Client }: { default: Class }) => patchClient(Client),
    'mqtt/lib/client.js': patchClient,
  },
};

function patchClient({ prototype }: Class): void {
  replaceMethod(prototype, 'emit', (original) => wrapUnitMethod(original, unitOfEvent), mqtt);
  const keyOf = ([topic, payload]: unknown[]) => messageKey('mqtt', topic, payload);
  replaceMethod(prototype, 'publish', (original) => wrapProducer(original, keyOf), mqtt);
}

function unitOfEvent([type, topic, payload, packet]: Emitted): UnitInfo | undefined {
  if (type !== 'message') return undefined;
  const cause = messageKey('mqtt', topic, payload);
  return {
    kind: 'message',
    name: topic,
    params: { qos: packet?.qos ?? 0 },
    ...(cause !== undefined && { cause }),
  };
}

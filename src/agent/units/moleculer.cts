/** Units of Moleculer: actions and events that another node asks for, by any transporter. */

import { replaceMethod } from '../call/wrap.cjs';
import { ownData, plainText } from '../record/app-values.cjs';
import type { UnitInfo } from '../request/unit-info.cjs';
import { wrapUnitMethod } from './consumer.cjs';
import type { UnitLibrary } from './library.cjs';

export const moleculer: UnitLibrary = {
  library: 'moleculer',
  versions: '>=0.13 <0.16',
  runs: 'message',
  name: 'action or event',
  files: {
    'moleculer/src/transit.js': ({ prototype }: { prototype: object }) => {
      for (const [method, field] of Object.entries({ requestHandler: 'action', eventHandler: 'event' }))
        replaceMethod(prototype, method, (original) =>
          wrapUnitMethod(original, ([payload]: [unknown]) => infoOf(payload, field), { settles: true }),
        );
    },
  },
};

function infoOf(payload: unknown, field: string): UnitInfo | undefined {
  const name = plainText(ownData(payload, field));
  return name === undefined ? undefined : { kind: 'message', name };
}

/** Call sites of Sequelize, whose methods query after waiting for hooks or a connection. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

const OF_MODEL = `findAll findAndCountAll findOrCreate findCreateFind count aggregate upsert bulkCreate destroy restore update
  increment truncate sync describe`;
const OF_INSTANCE = 'save destroy restore increment reload';

/** Wraps the methods of a model, and those of its instances. */
export function wrapSequelizeModel(Model: Class): void {
  wrapOwnMethods(Model, OF_MODEL, wrapCall);
  wrapOwnMethods(Model.prototype, OF_INSTANCE, wrapCall);
}

export const sequelize: CallSiteLibrary = {
  library: 'sequelize',
  versions: '>=4 <7',
  role: 'orm',
  files: {
    'sequelize/lib/sequelize.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'query transaction sync authenticate', wrapCall),
    'sequelize/lib/transaction.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'commit rollback', wrapCall),
    'sequelize/lib/model.js': wrapSequelizeModel,
  },
};

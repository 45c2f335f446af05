/** Call sites of Sequelize, whose methods query after waiting for hooks or a connection. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

export const sequelize: CallSiteLibrary = {
  library: 'sequelize',
  versions: '>=4 <7',
  role: 'orm',
  files: {
    'sequelize/lib/sequelize.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'query transaction sync authenticate', wrapCall),
    'sequelize/lib/transaction.js': ({ prototype }: Class) =>
      wrapOwnMethods(prototype, 'commit rollback', wrapCall),
    'sequelize/lib/model.js': (Model: Class) => {
      wrapOwnMethods(
        Model,
        `findAll findAndCountAll findOrCreate findCreateFind count aggregate upsert bulkCreate destroy restore update
        increment truncate sync describe`,
        wrapCall,
      );
      wrapOwnMethods(Model.prototype, 'save destroy restore increment reload', wrapCall);
    },
  },
};

/** Call sites of mongoose, which runs a query when it is awaited, after hooks and casts. */

import { wrapCall, wrapExecutor, wrapFactory } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Class, wrapOwnMethods } from './own-methods.cjs';

export const mongoose: CallSiteLibrary = {
  library: 'mongoose',
  versions: '>=7 <10',
  role: 'orm',
  files: {
    'mongoose/lib/model.js': (Model: Class) => {
      wrapOwnMethods(
        Model,
        `find findById findOne countDocuments estimatedDocumentCount distinct where deleteOne deleteMany findOneAndUpdate
        findByIdAndUpdate findOneAndDelete findByIdAndDelete findOneAndReplace updateMany updateOne replaceOne exists
        aggregate`,
        wrapFactory,
      );
      wrapOwnMethods(
        Model,
        'create insertMany insertOne bulkWrite bulkSave findAndCount createIndexes syncIndexes ensureIndexes populate',
        wrapCall,
      );
      // Of version 9 a query, which is run when it is awaited.
      wrapOwnMethods(Model.prototype, 'save $save remove', wrapCall);
      wrapOwnMethods(Model.prototype, 'deleteOne', wrapFactory);
    },
    'mongoose/lib/document.js': ({ prototype }: Class) => {
      wrapOwnMethods(prototype, 'save populate', wrapCall);
      wrapOwnMethods(prototype, 'updateOne replaceOne', wrapFactory);
    },
    'mongoose/lib/query.js': ({ prototype }: Class) => wrapOwnMethods(prototype, 'exec', wrapExecutor),
    'mongoose/lib/aggregate.js': ({ prototype }: Class) => wrapOwnMethods(prototype, 'exec', wrapExecutor),
  },
};

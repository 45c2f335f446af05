/** Call sites of Sequelize 7, a package of another name, whose ES modules are those of CommonJS. */

import { wrapCall } from '../call/deferred.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { type Classes, wrapOwnMethods } from './own-methods.cjs';
import { wrapSequelizeModel } from './sequelize.cjs';

/** Methods by the class that has them. */
const METHODS = {
  Sequelize: 'query queryRaw sync authenticate',
  SequelizeTypeScript: 'transaction startUnmanagedTransaction withConnection',
  Transaction: 'commit rollback',
};

const wrapMethodsOf = (name: keyof typeof METHODS) => (classes: Classes) =>
  wrapOwnMethods(classes[name]!.prototype, METHODS[name], wrapCall);

export const sequelizeCore: CallSiteLibrary = {
  library: '@sequelize/core',
  versions: '>=7 <8',
  role: 'orm',
  files: {
    '@sequelize/core/lib/sequelize.js': wrapMethodsOf('Sequelize'),
    '@sequelize/core/lib/sequelize-typescript.js': wrapMethodsOf('SequelizeTypeScript'),
    '@sequelize/core/lib/transaction.js': wrapMethodsOf('Transaction'),
    '@sequelize/core/lib/model.js': ({ Model }: Classes) => wrapSequelizeModel(Model!),
  },
};

/** The list of all call-site libraries: a new library is one file and one line here. */

import { axios } from './axios.cjs';
import { bluebird } from './bluebird.cjs';
import { bookshelf } from './bookshelf.cjs';
import { drizzle } from './drizzle.cjs';
import { got } from './got.cjs';
import { knex } from './knex.cjs';
import { ky } from './ky.cjs';
import { kysely } from './kysely.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { mikroOrm } from './mikro-orm.cjs';
import { needle } from './needle.cjs';
import { objection } from './objection.cjs';
import { prisma } from './prisma.cjs';
import { request } from './request.cjs';
import { sequelize } from './sequelize.cjs';
import { superagent } from './superagent.cjs';
import { typeorm } from './typeorm.cjs';

export const callSiteLibraries: CallSiteLibrary[] = [
  // query builders
  ...[knex, kysely],
  // ORMs
  ...[objection, bookshelf, sequelize, typeorm, mikroOrm, drizzle, prisma],
  // HTTP clients
  ...[axios, got, superagent, ky, needle, request],
  // promises
  ...[bluebird],
];

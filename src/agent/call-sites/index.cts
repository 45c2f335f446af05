/** The list of all call-site libraries: a new library is one file and one line here. */

import { async } from './async.cjs';
import { asyncLock } from './async-lock.cjs';
import { axios } from './axios.cjs';
import { bluebird } from './bluebird.cjs';
import { bookshelf } from './bookshelf.cjs';
import { bottleneck } from './bottleneck.cjs';
import { cockatiel } from './cockatiel.cjs';
import { drizzle } from './drizzle.cjs';
import { fastq } from './fastq.cjs';
import { genericPool } from './generic-pool.cjs';
import { got } from './got.cjs';
import { keyv } from './keyv.cjs';
import { knex } from './knex.cjs';
import { ky } from './ky.cjs';
import { kysely } from './kysely.cjs';
import type { CallSiteLibrary } from './library.cjs';
import { mikroOrm } from './mikro-orm.cjs';
import { mongoose } from './mongoose.cjs';
import { mssql } from './mssql.cjs';
import { needle } from './needle.cjs';
import { objection } from './objection.cjs';
import { pLimit } from './p-limit.cjs';
import { pQueue } from './p-queue.cjs';
import { parley } from './parley.cjs';
import { pgPromise } from './pg-promise.cjs';
import { piscina } from './piscina.cjs';
import { prisma } from './prisma.cjs';
import { promiseLimit } from './promise-limit.cjs';
import { promiseQueue } from './promise-queue.cjs';
import { request } from './request.cjs';
import { semaphore } from './semaphore.cjs';
import { sequelize } from './sequelize.cjs';
import { sequelizeCore } from './sequelize-core.cjs';
import { sequelizePool } from './sequelize-pool.cjs';
import { slonik } from './slonik.cjs';
import { superagent } from './superagent.cjs';
import { tarn } from './tarn.cjs';
import { tinypool } from './tinypool.cjs';
import { typeorm } from './typeorm.cjs';

export const callSiteLibraries: CallSiteLibrary[] = [
  // query builders
  ...[knex, kysely],
  // ORMs
  ...[objection, bookshelf, sequelize, sequelizeCore, typeorm, mikroOrm, drizzle, prisma, mongoose, parley],
  // what is above a driver without mapping
  ...[pgPromise, slonik, mssql, keyv],
  // HTTP clients
  ...[axios, got, superagent, ky, needle, request],
  // promises
  ...[bluebird],
  // queues that requests share
  ...[pLimit, pQueue, promiseLimit, promiseQueue, async, fastq, bottleneck, asyncLock, semaphore, cockatiel],
  // pools of threads
  ...[piscina, tinypool],
  // pools of connections: the wait for one
  ...[tarn, sequelizePool, genericPool],
];

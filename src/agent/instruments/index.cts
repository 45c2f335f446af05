/** The list of all instruments: a new library is one file and one line here. */

import { amqpChannel } from './amqplib.cjs';
import { argon2 } from './argon2.cjs';
import { awsSdk } from './aws-sdk.cjs';
import { azure } from './azure.cjs';
import { bcrypt } from './bcrypt.cjs';
import { bcryptjs } from './bcryptjs.cjs';
import { betterSqlite3 } from './better-sqlite3.cjs';
import { blocking } from './blocking.cjs';
import { bunyan } from './bunyan.cjs';
import { cassandra } from './cassandra-driver.cjs';
import { childProcess } from './child-process.cjs';
import { clickhouse } from './clickhouse.cjs';
import { consoleMethods } from './console.cjs';
import { debug } from './debug.cjs';
import { dns } from './dns.cjs';
import { duckdb } from './duckdb.cjs';
import { elasticsearch } from './elasticsearch.cjs';
import { graphql } from './graphql.cjs';
import { grpc } from './grpc.cjs';
import { http } from './http.cjs';
import { http2 } from './http2.cjs';
import type { Instrument } from './instrument.cjs';
import { ioredis } from './ioredis.cjs';
import { iovalkey } from './iovalkey.cjs';
import { kafkaProducer } from './kafkajs.cjs';
import { libsql } from './libsql.cjs';
import { log4js } from './log4js.cjs';
import { mariadb } from './mariadb.cjs';
import { memcached } from './memcached.cjs';
import { memjs } from './memjs.cjs';
import { mongodb } from './mongodb.cjs';
import { mqttClient } from './mqtt.cjs';
import { mysql } from './mysql.cjs';
import { mysql2 } from './mysql2.cjs';
import { natsClient } from './nats.cjs';
import { neo4j } from './neo4j.cjs';
import { neon } from './neon.cjs';
import { nestLogger } from './nestjs-common.cjs';
import { nodeSqlite } from './node-sqlite.cjs';
import { nodemailer } from './nodemailer.cjs';
import { opensearch } from './opensearch.cjs';
import { pg } from './pg.cjs';
import { pino } from './pino.cjs';
import { planetscale } from './planetscale.cjs';
import { postgres } from './postgres.cjs';
import { redis } from './redis.cjs';
import { roarr } from './roarr.cjs';
import { scooby } from './scooby.cjs';
import { scoobySpan } from './scooby-span.cjs';
import { sharp } from './sharp.cjs';
import { sqlite3 } from './sqlite3.cjs';
import { tedious } from './tedious.cjs';
import { thrift } from './thrift.cjs';
import { undici } from './undici.cjs';
import { valkeyGlide } from './valkey-glide.cjs';
import { winston } from './winston.cjs';

export const instruments: Instrument[] = [
  // sql
  ...[
    pg,
    postgres,
    mysql2,
    mysql,
    mariadb,
    betterSqlite3,
    nodeSqlite,
    clickhouse,
    tedious,
    sqlite3,
    libsql,
    neon,
    planetscale,
    duckdb,
    cassandra,
  ],
  // cache
  ...[ioredis, iovalkey, redis, valkeyGlide, memcached, memjs],
  // documents
  ...[mongodb, neo4j, elasticsearch, opensearch],
  // rpc
  ...[thrift, grpc, awsSdk, azure],
  // messages
  ...[kafkaProducer, amqpChannel, mqttClient, natsClient],
  // mail
  ...[nodemailer],
  // what native modules do in threads of their own
  ...[sharp, bcrypt, argon2],
  // and what runs on the event loop
  ...[bcryptjs],
  // http, graphql
  ...[http, http2, undici, graphql],
  // Node's modules
  ...[dns, childProcess, blocking],
  // log
  ...[consoleMethods, pino, winston, bunyan, debug, log4js, roarr, nestLogger, scooby],
  // the app's own
  ...[scoobySpan],
];

/** Packages by what they are for: drivers, frameworks and helpers carry out, or call, what an app wrote. */

/** Drivers, ORMs and clients: they carry out what a line of the app asked for. */
const DRIVERS = `
  pg pg-pool pg-cursor pg-query-stream pg-native pg-promise pg-minify pg-protocol postgres slonik
  mysql mysql2 mariadb sqlite3 better-sqlite3 sqlite tedious mssql oracledb cassandra-driver mongodb mongoose
  mquery mongoist ioredis redis redis-commands connection-parse memcached memjs jackpot hashring thrift
  knex objection bookshelf sequelize sequelize-typescript typeorm drizzle-orm kysely waterline massive
  waterline-utils parley machine machinepack-postgresql machinepack-mysql sails-postgresql sails-mysql sails-disk
  generic-pool tarn sequelize-pool node-pg-migrate umzug postgres-pool cachegoose
  axios got ky needle request request-promise request-promise-native request-promise-core superagent node-fetch cross-fetch
  isomorphic-fetch whatwg-fetch make-fetch-happen undici follow-redirects graphql-request agentkeepalive
  https-proxy-agent http-proxy http-proxy-agent proxy-agent agent-base ws socket.io-client amqplib kafkajs nodemailer
  pino pino-http winston winston-transport logform bunyan log4js debug loglevel consola morgan express-winston`;

/** Frameworks and their routers: they call the app's code. */
const FRAMEWORKS = `
  express router express-promise-router express-async-errors express-async-handler express-session connect
  koa koa-compose koa-router koa-bodyparser koa-mount koa-session co fastify fastify-plugin avvio light-my-request
  find-my-way hono restify polka micro h3 nitropack next nuxt vike elysia sails sails-hook-orm machine-as-action moleculer body-parser
  raw-body finalhandler on-finished ee-first serve-static send compression cors helmet passport passport-strategy
  multer busboy graphql graphql-yoga graphql-http express-graphql apollo-server-core apollo-server-express mercurius
  type-graphql dataloader routing-controllers inversify tsyringe awilix socket.io engine.io`;

/** Helpers that only call what they are given, and what loads or watches code. */
const HELPERS = `
  async async-lock async-retry bluebird q when rsvp es6-promise p-limit p-map p-queue p-retry p-timeout p-try
  p-all p-props p-series p-each-series p-memoize p-throttle promise-limit promise-queue promise-pool promise-retry
  retry bottleneck cockatiel opossum semaphore fastq rxjs lodash lodash-es underscore ramda lru-cache memoizee
  memoize-one mem cls-hooked tslib regenerator-runtime core-js reflect-metadata zone.js iterare eventemitter3 once
  kareem flaverr retry-as-promised standard-as-callback on-headers asap promise thenify universalify pify hookable unctx
  wrappy readable-stream through2 pump end-of-stream graceful-fs ono
  tsx ts-node ts-node-dev esbuild esbuild-register sucrase pirates source-map-support jiti vite vite-node vitest
  jest jest-runtime jest-circus jest-cli mocha tap nodemon pm2 webpack rollup yargs commander
  dd-trace newrelic elastic-apm-node require-in-the-middle import-in-the-middle shimmer supertest nock msw`;

const SCOPES = `
  @prisma @mikro-orm @slonik @databases @redis @ioredis @keyv @grpc @aws-sdk @smithy @azure @typespec @google-cloud
  @libsql @duckdb @planetscale @neondatabase @valkey @sequelize @vercel @nestjs @koa @fastify @hono @hapi @apollo
  @graphql-tools @graphql-yoga @envelop @whatwg-node @trpc @feathersjs @loopback @adonisjs @remix-run @react-router
  @sveltejs @tanstack @vitejs @vitest @jest @babel @swc @swc-node @esbuild @oxc-project @opentelemetry @sentry
  @datadog @elastic @sindresorhus @supercharge @sailshq @tsoa @typegoose @poppinss @japa @dataplan @opencensus
  @sentry-internal`;

const words = (text: string) => text.split(/\s+/).filter((word) => word !== '');
const FRAMEWORK_NAMES = new Set(words(FRAMEWORKS));
const FRAMEWORK_SCOPES =
  /^@(?:koa|fastify|hono|hapi|nestjs|trpc|feathersjs|loopback|adonisjs|apollo|graphql-yoga)\//;
const INFRASTRUCTURE = new Set(words(DRIVERS + FRAMEWORKS + HELPERS));
const INFRASTRUCTURE_SCOPES = new Set(words(SCOPES));

/** Name of the innermost package of a path below a node_modules folder: `knex`, `@mikro-orm/core`. */
export function packageOfPath(path: string): string | undefined {
  const found = /^(?:.*[\\/])?node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(path)?.[1];
  return found?.startsWith('.') ? undefined : found?.replace('\\', '/');
}

/** Whether a package calls the handlers of an app. */
export function isFramework(name: string): boolean {
  return FRAMEWORK_NAMES.has(name) || FRAMEWORK_SCOPES.test(name);
}

/** Whether a package is a driver, an ORM, a framework, or a helper, whose lines say nothing of the app. */
export function isInfrastructure(name: string): boolean {
  if (INFRASTRUCTURE.has(name)) return true;
  const scope = name.startsWith('@') ? name.slice(0, name.indexOf('/')) : undefined;
  return scope !== undefined && INFRASTRUCTURE_SCOPES.has(scope);
}

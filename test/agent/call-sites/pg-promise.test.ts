/** Lines of pg-promise: its parts are made by functions or exported, by version. */

import { test } from 'tap';
import { linesOfForms } from './made-up-packages.js';

const CONNECT = `module.exports = (config) => ({
  pool: () => new Promise((resolve) => setImmediate(resolve, config)),
});`;

const PROTOCOL = `
const driver = require('made-up');
exports.sendQuery = (context, sql) => driver.query(sql);
exports.runTask = async (context, task, isTx) => {
  await driver.query('begin');
  const result = await Promise.resolve(task()).then((value) => new Promise((resolve) => setImmediate(resolve, value)));
  return driver.query('commit').then(() => result);
};`;

/** The root protocol; each call has a context of its own. */
const MAIN = `
module.exports = ({ pool }, query, { execute }) => ({
  any(sql) { const context = {}; return pool(context).then(() => query(context, sql)); },
  tx(task) { const context = {}; return pool(context).then(() => execute(context, task, true)); },
  connect() {
    const context = { cnOptions: {} };
    return pool(context).then(() => ({ any: (sql) => query(context, sql) }));
  },
  nested(task) { return execute({}, task, true); },
});`;

const APP = (query: string, task: string) => `
const config = {};
const connect = require('pg-promise/lib/connect.js')(config);
const db = require('pg-promise/index.js')(connect, ${query}, ${task});
const forms = {
  any: () => {
    const next = () => db.any('two');
    return db.any('one').then(next);
  },
  tx: () => db.tx(() => db.nested(() => undefined)),
  connected: () => db.connect().then((connection) => {
    return connection.any('one');
  }),
};`;

const EXPECTED = {
  any: ['one app.cjs:8', 'two app.cjs:7'],
  tx: ['begin app.cjs:10', 'begin app.cjs:10', 'commit app.cjs:10', 'commit app.cjs:10'],
  connected: ['one app.cjs:12'],
};

const COMMON = {
  'pg-promise/index.js': MAIN,
  'pg-promise/lib/connect.js': CONNECT,
  'pg-promise/lib/protocol.js': PROTOCOL,
};

test('10 and 11: each file exports a function that makes its part', async (t) => {
  const packages = {
    ...COMMON,
    'pg-promise/lib/query.js': `module.exports = () => require('./protocol.js').sendQuery;`,
    'pg-promise/lib/task.js': `module.exports = () => ({ execute: require('./protocol.js').runTask });`,
  };
  const app = APP(`require('pg-promise/lib/query.js')(config)`, `require('pg-promise/lib/task.js')(config)`);
  t.same(await linesOfForms(t, packages, app, Object.keys(EXPECTED)), EXPECTED);
});

test('12: files export their parts', async (t) => {
  const packages = {
    ...COMMON,
    'pg-promise/lib/query.js': `exports.query = require('./protocol.js').sendQuery;`,
    'pg-promise/lib/task.js': `exports.execute = require('./protocol.js').runTask;`,
  };
  const app = APP(`require('pg-promise/lib/query.js').query`, `require('pg-promise/lib/task.js')`);
  t.same(await linesOfForms(t, packages, app, Object.keys(EXPECTED)), EXPECTED);
});

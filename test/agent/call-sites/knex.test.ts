/** Lines of knex before 0.95, whose files have other names and, before 0.15, a default export. */

import { test } from 'tap';
import { linesOfForms } from './made-up-packages.js';

const exported = (isDefault: boolean, value: string) =>
  `${isDefault ? 'exports.default =' : 'module.exports ='} ${value};`;

const packages = (isDefault: boolean) => {
  const read = isDefault ? '.default' : '';
  return {
    'knex/lib/query/builder.js': `
const Runner = require('../runner.js')${read};
class Builder {
  constructor(sql) { this.sql = sql; }
  clone() { return new this.constructor(this.sql); }
  then(...handlers) { return new Runner(this).run().then(...handlers); }
}
${exported(isDefault, 'Builder')}`,
    'knex/lib/runner.js': `
const driver = require('made-up');
class Runner {
  constructor(builder) { this.builder = builder; }
  run() { return new Promise((resolve) => setImmediate(resolve)).then(() => driver.query(this.builder.sql)); }
}
${exported(isDefault, 'Runner')}`,
    'knex/lib/client.js': `
const Builder = require('./query/builder.js')${read};
class Client {
  queryBuilder(sql) { return new Builder(sql); }
  schemaBuilder(sql) { return new Builder(sql); }
  raw(sql) { return new Builder(sql); }
  transaction(work) { return Promise.resolve().then(() => work(this)); }
}
${exported(isDefault, 'Client')}`,
    'knex/lib/util/batchInsert.js': exported(
      isDefault,
      `(client) => new Promise((resolve) => setImmediate(resolve)).then(() => client.queryBuilder('insert'))`,
    ),
    'knex/index.js': `
const Client = require('./lib/client.js')${read};
const batchInsert = require('./lib/util/batchInsert.js')${read};
exports.client = new Client();
exports.batchInsert = () => batchInsert(exports.client);`,
  };
};

const APP = `
const { client, batchInsert } = require('knex/index.js');
const forms = {
  builder: () => {
    const query = client.queryBuilder('one');
    return query.then(() => client.raw('two'));
  },
  cloned: () => {
    const all = client.queryBuilder('all');
    return all.clone().then(() => undefined);
  },
  batch: () => batchInsert(),
};`;

const EXPECTED = {
  builder: ['one app.cjs:5', 'two app.cjs:6'],
  cloned: ['all app.cjs:10'],
  batch: ['insert app.cjs:12'],
};

for (const isDefault of [false, true])
  test(`before ${isDefault ? '0.15, with default exports' : '0.95'}`, async (t) => {
    t.same(await linesOfForms(t, packages(isDefault), APP, Object.keys(EXPECTED)), EXPECTED);
  });

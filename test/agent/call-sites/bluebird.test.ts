/** Lines over bluebird: also over a copy of it, as Sequelize 4 and 5 make one for themselves. */

import { test } from 'tap';
import { packageFile } from '../../packages.js';
import { linesOfForms } from './made-up-packages.js';

const packages = (copy: string) => ({
  'sequelize/lib/sequelize.js': `
const driver = require('made-up');
const Bluebird = require(${JSON.stringify(packageFile('bluebird/js/release/bluebird.js'))})${copy};
const ready = Bluebird.resolve();
// All calls of a tick are one drain of bluebird's queue.
module.exports = class Sequelize {
  query(sql) { return ready.then(() => driver.query(sql)); }
  transaction(sql) { return ready.then(() => ({ then: (done) => void driver.query(sql).then(done) })); }
  sync(sql) { return Bluebird.map([ready], () => driver.query(sql)); }
};`,
});

const APP = `
const db = new (require('sequelize/lib/sequelize.js'))();
const forms = {
  atOnce: () => Promise.all([
    db.query('one'),
    db.query('two'),
  ]),
  thenables: () => Promise.all([
    db.transaction('one'),
    db.transaction('two'),
  ]),
  mapped: () => Promise.all([
    db.sync('one'),
    db.sync('two'),
  ]),
};`;

for (const copy of ['', '.getNewLibraryCopy()', '.getNewLibraryCopy().getNewLibraryCopy()'])
  test(`two calls in a tick over bluebird${copy}`, async (t) => {
    t.same(await linesOfForms(t, packages(copy), APP, ['atOnce', 'thenables', 'mapped']), {
      atOnce: ['one app.cjs:5', 'two app.cjs:6'],
      thenables: ['one app.cjs:9', 'two app.cjs:10'],
      mapped: ['one app.cjs:13', 'two app.cjs:14'],
    });
  });

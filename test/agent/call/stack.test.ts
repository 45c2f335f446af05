/** Depth of captured stacks: one that ends in a library before the app is captured again, deeper. */

import { test } from 'tap';
import { linesOfForms } from '../call-sites/made-up-packages.js';

/** A library of no list that calls the driver below as many frames of its own. */
const LIBRARY = `
const driver = require('made-up');
const descend = (depth, sql) => (depth === 0 ? driver.query(sql) : descend(depth - 1, sql));
exports.query = descend;`;

const APP = `
const { query } = require('unknown-library');
const forms = {
  shallow: () => query(7, 'shallow'),
  deep: () => query(20, 'deep'),
  deepAgain: () => query(24, 'deep again'),
  tooDeep: () => query(40, 'too deep'),
};`;

test('the app is found below thirty frames of a library, not below more', async (t) => {
  const packages = { 'unknown-library/index.js': LIBRARY };
  t.same(await linesOfForms(t, packages, APP, ['shallow', 'deep', 'deepAgain', 'tooDeep']), {
    tooDeep: ['too deep index.js:3'],
    shallow: ['shallow app.cjs:4'],
    deep: ['deep app.cjs:5'],
    deepAgain: ['deep again app.cjs:6'],
  });
});

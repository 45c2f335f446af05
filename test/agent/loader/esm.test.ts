/**
 * Loader hooks: the Node versions whose hooks are used, and CommonJS files that Yarn's loader has
 * read.
 */

import { test } from 'tap';
import { hasSoundHooks, isHidden } from '../../../src/agent/loader/esm.cjs';

const SOUND = ['22.22.3', '22.23.0', '24.11.1', '24.21.0', '25.1.0', '26.0.0', '26.10.0'];
const UNSOUND = ['20.20.2', '21.7.3', '22.15.0', '22.22.2', '23.11.1', '24.5.0', '24.11.0', '25.0.0'];

test("hooks run in the app's thread only if they leave CommonJS alone", async (t) => {
  t.same([...SOUND, ...UNSOUND].filter(hasSoundHooks), SOUND);
});

test("an imported CommonJS file with a source from Yarn's loader is loaded as CommonJS", async (t) => {
  const archived = { format: 'commonjs', source: 'exports.a = 1' };
  const imported = { conditions: ['node', 'import'] };
  t.equal(isHidden(archived, imported, '3'), true);
  t.equal(isHidden(archived, {}, '3'), true);
  t.equal(isHidden({ ...archived, source: null }, imported, '3'), false);
  t.equal(isHidden({ ...archived, format: 'module' }, imported, '3'), false);
  t.equal(isHidden(archived, { conditions: ['node', 'require'] }, '3'), false, 'Node needs the source');
  t.equal(isHidden(archived, imported, undefined), false, 'other loaders may have changed it');
});

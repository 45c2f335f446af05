/** Depth of captured stacks: one that ends in a library before the app is captured again, deeper. */

import { test } from 'tap';
import { captureStack, takeNewFrames } from '../../../src/agent/call/stack.cjs';
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

type Caller = (capture: () => number) => void;

/** What code is evaluated to, as module runners evaluate it. */
const evaluated = (code: string): Caller => new Function(`return ${code}`)();

/** Name of the function that calls the capture, as it is sent. */
function nameOf(run: Caller): string | undefined {
  takeNewFrames();
  const capture = (): number => captureStack(capture);
  run(capture);
  return takeNewFrames()?.frames[0]?.[1];
}

test('names are those that the app has given: none of V8 in evaluated code, none of a namespace', (t) => {
  const anonymous = evaluated('[(capture) => void capture()][0]');
  t.equal(nameOf(anonymous), '', 'what V8 calls eval');
  const named = evaluated('function load(capture) { capture(); }');
  t.equal(nameOf(named), 'load');
  const namespace = { find: evaluated('function find(capture) { capture(); }') };
  Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
  t.equal(
    nameOf((capture) => namespace.find(capture)),
    'find',
    'imported by a module runner',
  );
  class Repository {
    load(capture: () => number): void {
      capture();
    }
  }
  t.equal(
    nameOf((capture) => new Repository().load(capture)),
    'Repository.load',
  );
  t.end();
});

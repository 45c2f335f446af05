/** Depth of captured stacks: one that ends in a library before the app is captured again, deeper. */

import { join } from 'node:path';
import { test } from 'tap';
import { captureRunning } from '../../../src/agent/blocked/capture.cjs';
import { isCalledByRuntime } from '../../../src/agent/call/runtime-caller.cjs';
import { callerScript, captureStack, isCalledByApp, takeNewFrames } from '../../../src/agent/call/stack.cjs';
import { ROOT } from '../app.js';
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

/** A query builder that runs what is handed to it in a later tick, below a site of its own. */
const CALLER_BACK = `
const { wrapCall, wrapFactory, wrapExecutor } = require(${JSON.stringify(join(ROOT, 'dist/src/agent/call/deferred.cjs'))});
const driver = require('made-up');
exports.transaction = wrapCall(async function transaction(scope) {
  await null;
  await driver.query('begin');
  return scope({ table: wrapFactory((sql) => ({ sql })) });
});
exports.run = wrapExecutor(async function run() {
  await null;
  return driver.query(this.sql);
});`;

/** An app that was installed as a package: its store, and the handler that opens the transaction. */
const INSTALLED = `
const { transaction, run } = require('knex');
const store = {
  find: async (trx) => run.call(trx.table('find')),
  list: async (trx) => {
    await store.find(trx);
    return run.call(trx.table('list'));
  },
};
const handle = () => transaction(async (trx) => store.list(trx));
// No frame of whoever starts it.
exports.handler = (done) => setImmediate(() => handle().then(() => done()));`;

test('a library calls back an app that is a package: its lines, not that of the outer call', async (t) => {
  const packages = { 'knex/index.js': CALLER_BACK, 'some-server/index.js': INSTALLED };
  const app = `const forms = { installed: () => new Promise((resolve) => require('some-server').handler(() => resolve())) };`;
  t.same(await linesOfForms(t, packages, app, ['installed']), {
    installed: ['begin index.js:10', 'find index.js:4', 'list index.js:7'],
  });
});

type Caller = (capture: () => number) => void;

/** What code is evaluated to, as module runners evaluate it. */
// Each at a position of its own: of one place a position is one frame.
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
  const namespace = { findAll: evaluated('function findAll(capture) { return capture(); }') };
  Object.defineProperty(namespace, Symbol.toStringTag, { value: 'Module' });
  t.equal(
    nameOf((capture) => namespace.findAll(capture)),
    'findAll',
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

test('a capture that fails leaves Error as it was', (t) => {
  const capture = (): number => captureStack(capture);
  const { captureStackTrace } = Error;
  t.teardown(() => {
    Error.captureStackTrace = captureStackTrace;
  });
  const before = [Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace'), Error.stackTraceLimit];
  Error.captureStackTrace = () => {
    throw new RangeError('Maximum call stack size exceeded');
  };
  t.equal(capture(), 0);
  t.same([Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace'), Error.stackTraceLimit], before);
  Error.captureStackTrace = captureStackTrace;
  t.ok(capture() > 0, 'the next one is captured');
  t.type(new Error('x').stack, 'string');
  t.end();
});

test('code that is evaluated anew under one name is told up to a bound', (t) => {
  takeNewFrames();
  const capture = (): number => captureStack(capture);
  const name = '/made/up/again.js';
  for (let i = 0; i < 5000; i++) new Function('capture', `capture(${i})\n//# sourceURL=${name}`)(capture);
  const told = takeNewFrames()!.scripts.filter((script) => script === name).length;
  t.ok(told > 1000 && told < 4200, `${told} versions`);
  t.end();
});

test('while V8 formats a stack, and so calls no other formatter, nothing is captured, and nothing throws', (t) => {
  const { prepareStackTrace } = Error;
  const captures: Record<string, () => unknown> = {
    stack: () => captureStack(captures.stack as never),
    script: () => callerScript(captures.script as never),
    app: () => isCalledByApp(captures.app as never),
    runtime: () => isCalledByRuntime(captures.runtime as never),
    // As the watchdog's session evaluates it, in whatever runs.
    running: () =>
      new Function('capture', 'return capture()')(() => captureRunning(captures.running as never)),
  };
  const seen: Record<string, unknown> = {};
  Error.prepareStackTrace = () => {
    for (const [name, capture] of Object.entries(captures)) seen[name] = capture();
    return 'formatted';
  };
  try {
    t.equal(new Error('of the app').stack, 'formatted');
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
  }
  t.same(seen, { stack: 0, script: '', app: false, runtime: false, running: undefined });
  t.end();
});

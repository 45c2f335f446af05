/**
 * Loader hooks: the Node versions whose hooks are used, CommonJS files that Yarn's loader has read,
 * and the line that is appended to ES modules.
 */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { test } from 'tap';
import { callSiteLibraries } from '../../../src/agent/call-sites/index.cjs';
import { frameworks } from '../../../src/agent/frameworks/index.cjs';
import { instruments } from '../../../src/agent/instruments/index.cjs';
import {
  hasSoundHooks,
  isAnyInstalled,
  isHidden,
  suffixOf,
  withSuffix,
} from '../../../src/agent/loader/esm.cjs';
import { unitLibraries } from '../../../src/agent/units/index.cjs';
import { packageFile } from '../../packages.js';

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

/** Source of an ES module with the line that publishes these bindings. */
function publishing(source: string, bindings: string[], isNamespace = false): string {
  const loaded = { format: 'module', source };
  return String(withSuffix(loaded, suffixOf('a/b.js', bindings, isNamespace), 'file:///a/b.js').source);
}

/** The accessors of that line. */
function accessorsOf(source: string): string {
  return /bindings:\{(.*)\},url/.exec(source)?.[1]?.replace(/,$/, '') ?? '';
}

test('an ES module parses, whatever it exports', async (t) => {
  const modules: [source: string, bindings: string[], accessors: string][] = [
    ['class E{};export{E as Cron}', ['Cron', 'default'], 'get Cron(){return E},set Cron(v){E=v}'],
    ['let a=1;export{a as default}', ['default'], 'get default(){return a},set default(v){a=v}'],
    ['let a=1;export { a as default };', ['default'], 'get default(){return a},set default(v){a=v}'],
    ['export default class Cron{}', ['default'], ''],
    ['export default 1 // with no line behind', ['default'], ''],
    [
      'function remove(){};export{remove as delete}',
      ['delete'],
      'get delete(){return remove},set delete(v){remove=v}',
    ],
    ['export const a=1', ['default', 'a', 'delete'], 'get a(){return a},set a(v){a=v}'],
    ['export const a=1', [], ''],
  ];
  for (const [source, bindings, accessors] of modules) {
    const text = publishing(source, bindings);
    t.equal(accessorsOf(text), accessors, source);
    t.doesNotThrow(() => transformSync(text, { loader: 'js', format: 'esm' }), source);
  }
  const own = publishing('function remove(){};export{remove as delete}', ['delete', 'default'], true);
  t.doesNotThrow(() => transformSync(own, { loader: 'js', format: 'esm' }), 'as a namespace');
});

test('ES modules that are patched parse with their line, which has what is patched', async (t) => {
  const libraries: { esm?: Record<string, string[]>; namespaces?: string[] }[] = [
    ...[...instruments, ...frameworks, ...callSiteLibraries, ...unitLibraries],
  ];
  const namespaces = libraries.flatMap((library) => library.namespaces ?? []);
  let count = 0;
  for (const [file, bindings] of libraries.flatMap(({ esm = {} }) => Object.entries(esm))) {
    const path = packageFile(file);
    if (!existsSync(path)) continue;
    count++;
    const text = publishing(readFileSync(path, 'utf8'), bindings, namespaces.includes(file));
    t.doesNotThrow(() => transformSync(text, { loader: 'js', format: 'esm', target: 'esnext' }), file);
    const names = [...accessorsOf(text).matchAll(/get (\w+)\(/g)].map(([, name]) => name);
    t.same(names, bindings, file);
  }
  t.ok(count > 20, `${count} files`);
});

test('packages are found in the folders of the app and above it, the nearest first', async (t) => {
  const folder = t.testdir({
    node_modules: {
      '@scope': { far: {} },
      twice: { 'package.json': '{"version":"1.2.3"}' },
    },
    app: {
      node_modules: { near: {}, twice: { 'package.json': '{"version":"2.0.0"}' }, broken: {} },
      src: {},
    },
    pnp: { '.pnp.cjs': '', src: {} },
  });
  const before = process.cwd();
  t.teardown(() => process.chdir(before));
  const isThere = (name: string, major?: number) =>
    isAnyInstalled(new Set([name]), new Map(major === undefined ? [] : [[name, major]]));
  process.chdir(join(folder, 'app/src'));
  t.equal(isThere('near'), true);
  t.equal(isThere('@scope/far'), true);
  t.equal(isThere('absent-package'), false);
  t.equal(isThere('twice', 2), true);
  t.equal(isThere('twice', 1), false, 'the app loads the nearest');
  t.equal(isThere('broken', 1), false, 'without a version');
  t.equal(isAnyInstalled(new Set(['absent-package', 'near']), new Map()), true);
  t.equal(isAnyInstalled(new Set(), new Map()), false);
  process.chdir(join(folder, 'pnp/src'));
  t.equal(isThere('absent-package', 7), true, 'the loader of Yarn PnP has no folders');
});

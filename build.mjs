/**
 * Builds dist: tsc's output for the tests, the command line as an ESM bundle, the agent as one
 * CommonJS file.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import { inkPainter } from './ink-painter.mjs';
import { reactDomModule } from './react-dom-module.mjs';

const root = import.meta.dirname;
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
};

// An app may replace them (JSON that writes BigInts) or take them away (SES): the agent has its own.
const OWN_CONSTRUCTORS =
  'Array ArrayBuffer BigInt Boolean Buffer DataView Date Error Function Map Number Object Promise Proxy RegExp Set String Symbol TypeError URL Uint8Array WeakMap WeakRef WeakSet Math performance process'
    .split(' ')
    .map((name) => `const ${name} = globalThis.${name};`);
const OWN_GLOBALS = Object.entries({ JSON, Reflect })
  .map(([name, object]) => {
    const names = Object.getOwnPropertyNames(object);
    return `const ${name} = { ${names.map((key) => `${key}: globalThis.${name}.${key}`).join(', ')} };`;
  })
  .concat(OWN_CONSTRUCTORS)
  .join(' ');

// Otherwise the tests of renamed or removed sources would still run.
rmSync(join(root, 'dist'), { recursive: true, force: true });

// With --bundles only what ships is built, without types and tests: pack.mjs.
const configs = process.argv.includes('--bundles') ? [] : ['tsconfig.json', 'tsconfig.web.json'];
// The second has the types of browsers, which the rest must not use by mistake.
for (const config of configs) {
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
  const args = [join(tsc, '../bin/tsc'), '-p', config];
  const typecheck = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (typecheck.status !== 0) process.exit(typecheck.status ?? 1);
}

const program = await build({
  ...shared,
  metafile: true,
  entryPoints: {
    scooby: 'bin/scooby.ts',
    'chunks/collector-worker': 'src/collector/collector-worker.ts',
    'chunks/sqlite-reader': 'src/explain/sqlite-reader.ts',
  },
  outdir: 'dist',
  format: 'esm',
  // The screen is imported on demand: `list` and `run` do not load React.
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  external: ['better-sqlite3'],
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [inkPainter],
  // Bundled CommonJS dependencies require node: builtins, and ESM has no require.
  banner: {
    js: "import { createRequire as scoobyRequire } from 'node:module'; const require = scoobyRequire(import.meta.url);",
  },
});
chmodSync(join(root, 'dist/scooby.js'), 0o755);

// The protocol's library is larger than all of ours, and only `scooby mcp` reads it.
const [mcpChunk] = Object.entries(program.metafile.outputs).find(
  ([, { entryPoint }]) => entryPoint === 'src/cli/mcp/serve.ts',
);
const readable = readFileSync(join(root, mcpChunk), 'utf8');
// Names of classes and functions stay: zod and the protocol's errors show them.
const small = await transform(readable, { minify: true, keepNames: true, target: 'node20' });
writeFileSync(join(root, mcpChunk), small.code);

await build({
  ...shared,
  entryPoints: { agent: 'src/agent/preload.cts' },
  outfile: 'dist/agent.cjs',
  format: 'cjs',
  // Or `node --test --experimental-test-coverage` counts it among the app's files.
  banner: { js: `/* node:coverage disable */ "use strict"; ${OWN_GLOBALS}` },
});

const forBrowsers = {
  ...shared,
  platform: 'browser',
  target: ['chrome111', 'firefox111', 'safari16.4'],
  minify: true,
};
const forReact = {
  ...forBrowsers,
  format: 'esm',
  jsx: 'automatic',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [reactDomModule],
};

// The DevTools extension: `scooby extension` prints its folder.
await build({
  ...forReact,
  entryPoints: {
    devtools: 'src/web/extension/devtools.ts',
    panel: 'src/web/extension/panel.ts',
    details: 'src/web/extension/details.tsx',
    'panel-styles': 'src/web/extension/panel.css',
    'details-styles': 'src/web/extension/details.css',
    dark: 'src/web/page/dark.css',
  },
  outdir: 'dist/extension',
  target: ['chrome111', 'firefox128'],
});
for (const file of ['devtools.html', 'panel.html', 'details.html'])
  copyFileSync(join(root, 'src/web/extension', file), join(root, 'dist/extension', file));
copyFileSync(join(root, 'src/web/page/icon.svg'), join(root, 'dist/extension/icon.svg'));
const manifest = JSON.parse(readFileSync(join(root, 'src/web/extension/manifest.json'), 'utf8'));
manifest.version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version;
writeFileSync(join(root, 'dist/extension/manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);

// What `scooby run --badge` adds to documents.
await build({
  ...forBrowsers,
  entryPoints: { badge: 'src/web/badge/main.ts' },
  outdir: 'dist',
  format: 'iife',
});

// The page that `scooby open` shows: served by scooby, run in a browser.
const { metafile } = await build({
  ...forReact,
  entryPoints: { page: 'src/web/page/main.ts' },
  outdir: 'dist/page',
  splitting: true,
  chunkNames: '[name]-[hash]',
  metafile: true,
});
await build({
  ...forBrowsers,
  entryPoints: { page: 'src/web/page/page.css', dark: 'src/web/page/dark.css' },
  outdir: 'dist/page',
});
copyFileSync(join(root, 'src/web/page/icon.svg'), join(root, 'dist/page/icon.svg'));
// The browser reads the files that the first rows need at once, rather than as it finds their imports.
const preloads = filesOfStart(metafile).map((file) => `    <link rel="modulepreload" href="/${file}">\n`);
const index = readFileSync(join(root, 'src/web/page/index.html'), 'utf8');
writeFileSync(
  join(root, 'dist/page/index.html'),
  index.replace('  </head>', `    <link rel="modulepreload" href="/page.js">\n${preloads.join('')}  </head>`),
);

/** Names of the files that the start of the page imports, itself among them. */
function filesOfStart({ outputs }) {
  const [start] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint?.endsWith('/start.tsx'));
  const files = new Set();
  const add = (file) => {
    if (files.has(file)) return;
    files.add(file);
    for (const { path, kind } of outputs[file].imports) if (kind === 'import-statement') add(path);
  };
  add(start);
  return [...files].map((file) => basename(file));
}

// What `scooby check-instrument` runs: the agent's own code, in a process of its own.
await build({
  ...shared,
  entryPoints: { 'check-instrument': 'src/agent/guests/check-instrument.cts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  format: 'cjs',
});

// API for apps: `import scooby from 'scooby'` and `require('scooby')`, and where there can be no agent,
// in browsers and on edges, the same without a channel.
const withoutChannels = {
  name: 'without channels',
  setup(plugins) {
    plugins.onResolve({ filter: /^node:diagnostics_channel$/ }, ({ path }) => ({ path, namespace: 'none' }));
    plugins.onLoad({ filter: /./, namespace: 'none' }, () => ({
      contents: 'export const channel = () => ({ hasSubscribers: false });',
    }));
  },
};
for (const [name, plugins] of [
  ['api', []],
  ['api-noop', [withoutChannels]],
]) {
  const api = { ...shared, plugins, entryPoints: { [name]: 'src/agent/api.cts' }, outdir: 'dist' };
  await build({ ...api, format: 'esm', outExtension: { '.js': '.mjs' } });
  await build({
    ...api,
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // Importers that look for `default`, and those that take the whole, find the same object.
    footer: {
      js: 'module.exports = Object.assign(module.exports.default, { default: module.exports.default });',
    },
  });
}
for (const types of ['api.d.cts', 'api.d.mts'])
  copyFileSync(join(root, 'types', types), join(root, 'dist', types));

const page = spawnSync(process.execPath, [join(root, 'dist/scooby.js'), 'man'], { encoding: 'utf8' });
if (page.status !== 0) throw new Error(`the man page could not be made: ${page.stderr}`);
mkdirSync(join(root, 'man'), { recursive: true });
writeFileSync(join(root, 'man/scooby.1'), page.stdout);

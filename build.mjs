/**
 * Builds dist: tsc's output for the tests, the command line as an ESM bundle, the agent as one
 * CommonJS file.
 */

import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { inkPainter } from './ink-painter.mjs';

const root = import.meta.dirname;
const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  legalComments: 'none',
  logLevel: 'warning',
};

// Otherwise the tests of renamed or removed sources would still run.
rmSync(join(root, 'dist'), { recursive: true, force: true });

const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
const typecheck = spawnSync(process.execPath, [join(tsc, '../bin/tsc')], { cwd: root, stdio: 'inherit' });
if (typecheck.status !== 0) process.exit(typecheck.status ?? 1);

await build({
  ...shared,
  entryPoints: { scooby: 'bin/scooby.ts', 'chunks/collector-worker': 'src/collector/collector-worker.ts' },
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

await build({
  ...shared,
  entryPoints: { agent: 'src/agent/preload.cts' },
  outfile: 'dist/agent.cjs',
  format: 'cjs',
});

// API for apps: `require('scooby').log()`.
await build({
  ...shared,
  entryPoints: { api: 'src/agent/api.cts' },
  outfile: 'dist/api.cjs',
  format: 'cjs',
});

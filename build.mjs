/** Builds dist: tsc's output for the tests, the command line as one ESM bundle, the agent as one CommonJS file. */

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

// A file whose source was renamed or removed would go on being tested.
rmSync(join(root, 'dist'), { recursive: true, force: true });

const tsc = createRequire(import.meta.url).resolve('typescript/package.json');
const checked = spawnSync(process.execPath, [join(tsc, '../bin/tsc')], { cwd: root, stdio: 'inherit' });
if (checked.status !== 0) process.exit(checked.status ?? 1);

await build({
  ...shared,
  entryPoints: { scooby: 'bin/scooby.ts' },
  outdir: 'dist',
  format: 'esm',
  // The screen is imported when it is asked for: `list` and `run` do not wait for React.
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

// What an app may require: scooby.log().
await build({
  ...shared,
  entryPoints: { api: 'src/agent/api.cts' },
  outfile: 'dist/api.cjs',
  format: 'cjs',
});

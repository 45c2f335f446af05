/** Bundles fake-ui.ts as build.mjs bundles the screen. */

import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../../..');

/** Builds the bundle and returns its path. */
export async function bundleUi(): Promise<string> {
  const { inkPainter } = await import(join(ROOT, 'ink-painter.mjs'));
  const outdir = join(ROOT, 'dist/fake');
  await build({
    absWorkingDir: ROOT,
    entryPoints: { ui: 'test/tui/fake-ui.ts' },
    outdir,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [inkPainter],
    banner: {
      js: "import { createRequire as scoobyRequire } from 'node:module'; const require = scoobyRequire(import.meta.url);",
    },
  });
  return join(outdir, 'ui.js');
}

/** Builds the made-up browser as the product's screen is built, once for a run of tests. */

import { join } from 'node:path';
import { build } from 'esbuild';

const ROOT = join(import.meta.dirname, '../../..');

/** Answers the path of the bundle. */
export async function bundled(): Promise<string> {
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

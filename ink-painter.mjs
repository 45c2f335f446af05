/** An esbuild plugin: Ink draws with our painter, and does not look for React's devtools. SCOOBY_STOCK_INK=1 leaves Ink as it is. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const OURS = {
  './output.js': 'painter.ts',
  './measure-text.js': 'measure-text.ts',
  './sanitize-ansi.js': 'sanitize-ansi.ts',
  'widest-line': 'widest-line.ts',
};
const INK = /[\\/]node_modules[\\/]ink[\\/]build[\\/]/;

export const inkPainter = {
  name: 'ink-painter',
  setup({ onResolve, onLoad }) {
    // DEV=true is often in the environment for another program's sake.
    onLoad({ filter: /[\\/]ink[\\/]build[\\/](?:ink|reconciler)\.js$/ }, ({ path }) => {
      const text = readFileSync(path, 'utf8');
      const contents = text.replaceAll("process.env['DEV'] === 'true'", 'false');
      if (contents === text) throw new Error(`${path} no longer asks for DEV; mend ink-painter.mjs.`);
      return { contents };
    });
    if (process.env.SCOOBY_STOCK_INK) return;
    onResolve(
      { filter: /^(?:\.\/(?:output|measure-text|sanitize-ansi)\.js|widest-line)$/ },
      ({ path, importer }) =>
        INK.test(importer) ? { path: join(import.meta.dirname, 'src/tui/ink', OURS[path]) } : undefined,
    );
  },
};

/** An esbuild plugin: Ink draws with our painter, without React's devtools and without fetch. SCOOBY_STOCK_INK=1 leaves its painter. */

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
    onLoad({ filter: /[\\/]ink[\\/]build[\\/](?:ink|reconciler)\.js$/ }, ({ path }) =>
      without(path, "process.env['DEV'] === 'true'", 'false'),
    );
    // The layout engine is in its own file as text, and would be read by fetch: that loads an HTTP client, 15 ms of the start.
    onLoad({ filter: /[\\/]yoga-wasm-base64-esm\.js$/ }, ({ path }) =>
      without(path, '"function"!=typeof fetch', 'true'),
    );
    if (process.env.SCOOBY_STOCK_INK) return;
    onResolve(
      { filter: /^(?:\.\/(?:output|measure-text|sanitize-ansi)\.js|widest-line)$/ },
      ({ path, importer }) =>
        INK.test(importer) ? { path: join(import.meta.dirname, 'src/tui/ink', OURS[path]) } : undefined,
    );
  },
};

/** Answers the source of a module with one text of it replaced. */
function without(path, text, other) {
  const source = readFileSync(path, 'utf8');
  const contents = source.replaceAll(text, other);
  if (contents === source) throw new Error(`${path} no longer has ${text}; mend ink-painter.mjs.`);
  return { contents };
}

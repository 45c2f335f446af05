/**
 * esbuild plugin: replaces Ink's painter by scooby's, and removes React's devtools and a fetch from
 * the bundle. SCOOBY_STOCK_INK=1 keeps Ink's painter.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const REPLACEMENTS = {
  './output.js': 'painter.ts',
  './measure-text.js': 'measure-text.ts',
  './sanitize-ansi.js': 'sanitize-ansi.ts',
  'widest-line': 'widest-line.ts',
};
const INK = /[\\/]node_modules[\\/]ink[\\/]build[\\/]/;

export const inkPainter = {
  name: 'ink-painter',
  setup({ onResolve, onLoad }) {
    // DEV=true is often set in the environment for other programs.
    onLoad({ filter: /[\\/]ink[\\/]build[\\/](?:ink|reconciler)\.js$/ }, ({ path }) =>
      replaceIn(path, "process.env['DEV'] === 'true'", 'false'),
    );
    // The layout engine is a data URL that would be read by fetch: loading Node's HTTP client takes
    // 15 ms of the start.
    onLoad({ filter: /[\\/]yoga-wasm-base64-esm\.js$/ }, ({ path }) =>
      replaceIn(path, '"function"!=typeof fetch', 'true'),
    );
    if (process.env.SCOOBY_STOCK_INK) return;
    onResolve(
      { filter: /^(?:\.\/(?:output|measure-text|sanitize-ansi)\.js|widest-line)$/ },
      ({ path, importer }) =>
        INK.test(importer)
          ? { path: join(import.meta.dirname, 'src/tui/ink', REPLACEMENTS[path]) }
          : undefined,
    );
  },
};

/** Source of a module with one text replaced. Throws when the module does not contain it. */
function replaceIn(path, text, replacement) {
  const source = readFileSync(path, 'utf8');
  const contents = source.replaceAll(text, replacement);
  if (contents === source) throw new Error(`${path} no longer has ${text}; mend ink-painter.mjs.`);
  return { contents };
}

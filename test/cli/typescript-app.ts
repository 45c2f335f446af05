/** A TypeScript app as it is built: its source, and the JavaScript with its source map. */

import { transformSync } from 'esbuild';

/** Files of an app of one file, started as `dist/app.js`. */
export function typescriptApp(source: string): Record<string, string> {
  const { code, map } = transformSync(source, {
    loader: 'ts',
    format: 'cjs',
    sourcefile: '../src/app.ts',
    sourcemap: true,
  });
  return {
    'src/app.ts': source,
    'dist/app.js': `${code}//# sourceMappingURL=app.js.map\n`,
    'dist/app.js.map': map,
  };
}

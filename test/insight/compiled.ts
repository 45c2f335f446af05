/** Small projects, compiled by real tools and run by node, that print raw frames as the agent receives them. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** A frame as V8 names it: function, file, line, column. */
export type Raw = [fn: string, file: string, line: number, column: number];

const require = createRequire(import.meta.url);
const PACKAGE = dirname(require.resolve('typescript/package.json'));

// As in the agent: without formatting, so that the app's own source map support cannot change lines.
const PROBE = `exports.capture = () => {
  const { prepareStackTrace } = Error;
  Error.prepareStackTrace = (_, sites) => sites.map((s) => [
    s.getFunctionName() ?? '', s.getScriptNameOrSourceURL() ?? s.getEvalOrigin() ?? '', s.getLineNumber() ?? 0, s.getColumnNumber() ?? 0,
  ]);
  const holder = {};
  Error.captureStackTrace(holder, exports.capture);
  const { stack } = holder;
  Error.prepareStackTrace = prepareStackTrace;
  console.log(JSON.stringify(stack));
};
`;

/** Writes files under a folder, with the probe as the dependency `probe`. */
export function write(folder: string, files: Record<string, string>): void {
  const probe = 'node_modules/probe';
  const all = {
    [`${probe}/package.json`]: '{"main":"index.js","types":"index.d.ts"}',
    [`${probe}/index.js`]: PROBE,
    [`${probe}/index.d.ts`]: 'export declare function capture(): void;\n',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

/** Compiles src/ to dist/ with the real TypeScript compiler. */
export function tsc(folder: string, ...options: string[]): void {
  const args = ['--rootDir', 'src', '--outDir', 'dist', '--target', 'es2022', '--types', '', ...options];
  execFileSync(process.execPath, [join(PACKAGE, 'bin/tsc'), 'src/app.ts', ...args, '--ignoreConfig'], {
    cwd: folder,
  });
}

/** Runs a script; its captured stacks. */
export function run(folder: string, ...args: string[]): Raw[][] {
  const out = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Raw[]);
}

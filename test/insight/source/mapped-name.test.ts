import { realpathSync } from 'node:fs';
import { buildSync } from 'esbuild';
import { type Test, test } from 'tap';
import { FrameResolver } from '../../../src/insight/source/frames.js';
import { type NamedScript, sourceNameOf } from '../../../src/insight/source/mapped-name.js';
import { run, write } from '../compiled.js';

const APP = `import { capture } from 'probe';
import { Loader, every } from './loader.js';

export async function authorsWithBooks(limit: number): Promise<void> {
  const eachAuthor = async (id: number): Promise<void> => {
    await Promise.resolve();
    capture();
    if (id > limit) throw new Error(String(id));
  };
  for (const id of [1, 2]) await eachAuthor(id);
}
void authorsWithBooks(3).then(() => new Loader().loadAll()).then(() => every());
`;

const LOADER = `import { capture } from 'probe';

export class Loader {
  loadAll(): void {
    this.capture();
  }
  capture(): void {
    capture();
  }
}

export const every = function (): void {
  capture();
};
`;

/** Names and sites of the own frames in the stacks of a bundle. */
function ownFrames(t: Test, options: object): string[] {
  const folder = realpathSync(t.testdir());
  write(folder, { 'package.json': '{"type":"module"}', 'src/app.ts': APP, 'src/loader.ts': LOADER });
  buildSync({
    absWorkingDir: folder,
    entryPoints: ['src/app.ts'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile: 'dist/app.js',
    logLevel: 'error',
    ...options,
  });
  const frames = new FrameResolver(folder);
  const own = run(folder, 'dist/app.js')
    .flatMap((stack) => stack.map((raw) => frames.resolve(...raw)))
    .filter(({ application }) => application)
    .map(
      ({ function: name, file, line, generated }) =>
        `${name} ${file}:${line}${generated ? ' generated' : ''}`,
    );
  return [...new Set(own)];
}

const NAMED = [
  'eachAuthor src/app.ts:7',
  'authorsWithBooks src/app.ts:10',
  'capture src/loader.ts:8',
  'loadAll src/loader.ts:5',
  '<anonymous> src/app.ts:12',
  'every src/loader.ts:13',
];

test('functions of a minified bundle have the names of their source', (t) => {
  t.same(ownFrames(t, { minify: true, sourcemap: true }), NAMED);
  t.same(ownFrames(t, { minify: true, sourcemap: true, sourcesContent: false }), NAMED, 'read from disk');
  t.same(ownFrames(t, { minifyIdentifiers: true, sourcemap: 'inline' }), NAMED, 'inline');
  t.end();
});

test('names that nothing has changed stay', (t) => {
  t.same(ownFrames(t, { sourcemap: true }), NAMED);
  t.end();
});

test('the lines of a minified bundle without a map are generated', (t) => {
  const filler = Array.from(
    { length: 12 },
    (_, i) =>
      `export function part${i}() { if (process.argv[9]) console.log(${i}, 'a part of the bundle'); }`,
  );
  const folder = realpathSync(t.testdir({ 'package.json': '{"type":"module"}' }));
  write(folder, { 'src/app.ts': `${filler.join('\n')}\n${APP}`, 'src/loader.ts': LOADER });
  const bundle = (outfile: string, minify: boolean) => {
    buildSync({
      absWorkingDir: folder,
      entryPoints: ['src/app.ts'],
      bundle: true,
      format: 'esm',
      platform: 'node',
      packages: 'external',
      outfile,
      minify,
    });
    const frames = new FrameResolver(folder);
    const own = run(folder, outfile)
      .flatMap((stack) => stack.map((raw) => frames.resolve(...raw)))
      .filter(({ application }) => application);
    return { own, text: frames.sourceOf(own[0]!) !== undefined };
  };
  const minified = bundle('dist/min.js', true);
  t.equal(
    minified.own.every(({ generated }) => generated),
    true,
  );
  t.equal(minified.text, false);
  const plain = bundle('dist/plain.js', false);
  t.equal(
    plain.own.some(({ generated }) => generated),
    false,
    'a readable bundle has lines to show',
  );
  t.equal(plain.text, true);
  t.end();
});

test('a name without a declaration, or of another source, is left', (t) => {
  const script: NamedScript = {
    generated: () => 'function a(){b()}var c=()=>b();',
    source: 'function load() {}\n',
    sourceName: 'load.ts',
    original: (_, column) => ({
      source: column < 18 ? 'load.ts' : 'other.ts',
      line: 1,
      column: 10,
      ignored: false,
    }),
  };
  t.equal(sourceNameOf('a', 1, 14, script), 'load');
  t.equal(sourceNameOf('new a', 1, 14, script), 'new load');
  t.equal(sourceNameOf('a.run', 1, 14, script), 'load.run');
  t.equal(sourceNameOf('c', 1, 28, script), 'c', 'declared in another source');
  t.equal(sourceNameOf('d', 1, 14, script), 'd');
  t.equal(sourceNameOf('load', 1, 14, script), 'load');
  t.equal(sourceNameOf('', 1, 14, script), '');
  t.equal(sourceNameOf('a', 5, 14, script), 'a', 'a line that the file does not have');
  t.end();
});

import {
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, transformSync } from 'esbuild';
import { type Test, test } from 'tap';
import type { Frame } from '../../../src/domain/trace.js';
import { FrameResolver } from '../../../src/insight/source/frames.js';
import { type Raw, run, tsc, write } from '../compiled.js';

const APP = `import { list } from './orders.js';

interface Options { limit: number }
async function handler(options: Options): Promise<void> {
  await list(options.limit);
}
void handler({ limit: 3 });
`;

const ORDERS = `import { capture } from 'probe';
type Id = number;
export async function list(limit: Id): Promise<void> {
  // enough types to move the lines
  const call = (): void => {
    capture();
  };
  await Promise.resolve();
  call();
}
`;

function project(t: Test): string {
  const folder = realpathSync(t.testdir());
  write(folder, { 'src/app.ts': APP, 'src/orders.ts': ORDERS });
  return folder;
}

const resolved = (frames: FrameResolver, stack: Raw[]) => stack.map((raw) => frames.resolve(...raw));
const brief = (frame: Frame) =>
  `${frame.application ? '+' : '-'} ${frame.function} ${frame.file}:${frame.line}:${frame.column}`;
const application = (frames: FrameResolver, stack: Raw[]) =>
  resolved(frames, stack)
    .filter((frame) => frame.application)
    .map(brief);

const written = (column: number) => [
  `+ call src/orders.ts:6:${column}`,
  '+ list src/orders.ts:9:3',
  '+ handler src/app.ts:5:3',
];

for (const [module, packageJson, column] of [
  ['node20', '{"type":"module"}', 5],
  // (0, probe_1.capture)(): the position is that of the call.
  ['commonjs', '{"type":"commonjs"}', 12],
] as const) {
  for (const map of ['--sourceMap', '--inlineSourceMap']) {
    test(`frames of tsc output are mapped to their source: ${module} ${map}`, (t) => {
      const folder = project(t);
      write(folder, { 'package.json': packageJson });
      tsc(folder, '--module', module, map);
      const [stack] = run(folder, 'dist/app.js');
      t.same(application(new FrameResolver(folder), stack!), written(column));
      t.end();
    });
  }
}

test('functions that the compiler adds are not the application', (t) => {
  const folder = project(t);
  write(folder, { 'package.json': '{"type":"commonjs"}' });
  tsc(folder, '--module', 'commonjs', '--target', 'es2015', '--sourceMap');
  const [stack] = run(folder, 'dist/app.js');
  const frames = resolved(new FrameResolver(folder), stack!);
  t.same(
    frames
      .filter(({ application, file }) => application && file.startsWith('src/'))
      .map(brief)
      .slice(0, 2),
    ['+ call src/orders.ts:6:12', '+ <anonymous> src/orders.ts:9:3'],
  );
  t.ok(
    frames.some((frame) => frame.file === 'dist/orders.js' && !frame.application),
    '__awaiter and its kin',
  );
  t.end();
});

test('a map that names files that were made of others is followed to those', (t) => {
  const folder = project(t);
  write(folder, { 'package.json': '{"type":"module"}' });
  tsc(folder, '--module', 'node20', '--sourceMap');
  const bundle = (name: string) => {
    const options = { sourcefile: `../dist/${name}`, sourcemap: true, minifyWhitespace: true } as const;
    const { code, map } = transformSync(readFileSync(join(folder, 'dist', name), 'utf8'), options);
    write(folder, {
      [`build/${name}`]: `${code}//# sourceMappingURL=${name}.map\n`,
      [`build/${name}.map`]: map,
    });
  };
  for (const name of ['app.js', 'orders.js']) bundle(name);
  const [stack] = run(folder, 'build/app.js');
  t.same(application(new FrameResolver(folder), stack!), written(5));
  rmSync(join(folder, 'dist/orders.js.map'));
  // Without the map of one step its files are shown.
  t.same(
    resolved(new FrameResolver(folder), stack!)
      .filter((frame) => frame.application)
      .map(({ file }) => file),
    ['dist/orders.js', 'dist/orders.js', 'src/app.ts'],
  );
  t.end();
});

for (const format of ['esm', 'cjs'] as const) {
  for (const sourcemap of [true, 'inline'] as const) {
    test(`frames of an esbuild bundle are mapped to their source: ${format}, map ${sourcemap}`, async (t) => {
      const folder = project(t);
      write(folder, {
        'node_modules/wrap/index.js': 'export function wrap(act) {\n  return act();\n}\n',
        'src/app.ts': `import { wrap } from 'wrap';\n${APP.replace('void handler', 'wrap(() => handler').replace('});', '}));')}`,
      });
      const outfile = join(folder, format === 'esm' ? 'out/bundle.mjs' : 'out/bundle.cjs');
      await build({
        entryPoints: [join(folder, 'src/app.ts')],
        absWorkingDir: folder,
        bundle: true,
        minifyWhitespace: true,
        platform: 'node',
        external: ['probe'],
        format,
        outfile,
        sourcemap,
        banner:
          format === 'esm'
            ? {
                js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
              }
            : {},
        logLevel: 'error',
      });
      const [stack] = run(folder, outfile);
      const frames = new FrameResolver(folder);
      t.same(application(frames, stack!).slice(0, 2), written(5).slice(0, 2));
      t.equal(application(frames, stack!).at(2), '+ handler src/app.ts:6:3');

      // A dependency inside the bundle is not the user's code, and the test is on the mapped path.
      const column = readFileSync(outfile, 'utf8')
        .split('\n')
        .findIndex((line) => line.includes('function wrap('));
      const line = readFileSync(outfile, 'utf8').split('\n')[column]!;
      const inside = frames.resolve(
        'wrap',
        outfile,
        column + 1,
        line.indexOf('return act()', line.indexOf('function wrap(')) + 8,
      );
      t.equal(brief(inside), '- wrap node_modules/wrap/index.js:2:10');

      rmSync(join(folder, 'src'), { recursive: true });
      t.same(
        frames.sourceOf(resolved(frames, stack!)[0]!),
        { file: 'src/orders.ts', text: ORDERS },
        'from the map',
      );
    });
  }
}

test('a sectioned source map is applied', (t) => {
  const folder = realpathSync(t.testdir());
  const part = transformSync('type A = 1;\n\nexport const a = () => boom();\n', {
    loader: 'ts',
    sourcemap: 'external',
    sourcefile: 'a.ts',
  });
  const sections = [{ offset: { line: 4, column: 0 }, map: JSON.parse(part.map) as object }];
  write(folder, {
    'out.js': `\n\n\n\n${part.code}//# sourceMappingURL=maps/out.map`,
    'maps/out.map': `)]}'\n${JSON.stringify({ version: 3, sections })}`,
  });
  const frame = new FrameResolver(folder).resolve('a', join(folder, 'out.js'), 5, 24);
  t.same(frame, { function: 'a', file: 'maps/a.ts', line: 3, column: 24, application: true });
  t.end();
});

// One segment: generated 1:1 is source 1:1.
const single = (source: string, more: object = {}) =>
  JSON.stringify({ version: 3, names: [], sources: [source], mappings: 'AAAA', ...more });

test('sources are found in all forms that a map names them', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, { 'src/a b.ts': '', 'src/x.ts': '', 'src/[id].ts': '' });
  const to = (source: string, more?: object) => {
    write(folder, { 'dist/x.js': `x\n//# sourceMappingURL=x.js.map`, 'dist/x.js.map': single(source, more) });
    return new FrameResolver(folder).resolve('', join(folder, 'dist/x.js'), 1, 1);
  };
  const files = (source: string, more?: object) => to(source, more).file;
  t.equal(files('../src/x.ts'), 'src/x.ts');
  t.equal(files('x.ts', { sourceRoot: '../src' }), 'src/x.ts');
  t.equal(files('x.ts', { sourceRoot: join(folder, 'src') }), 'src/x.ts');
  t.equal(files('x.ts', { sourceRoot: '/src' }), 'src/x.ts', 'a root that is the project');
  t.equal(files('../src/a%20b.ts'), 'src/a b.ts');
  t.equal(files('../src/[id].ts'), 'src/[id].ts');
  t.equal(files('/built/elsewhere/src/x.ts'), '/built/elsewhere/src/x.ts');
  t.equal(files('webpack://shop/./src/x.ts?a1b2'), 'src/x.ts');
  t.equal(files('webpack:///src/x.ts'), 'src/x.ts');
  t.equal(files('turbopack:///[project]/src/x.ts'), 'src/x.ts');
  t.match(to('webpack://shop/webpack/bootstrap'), { application: false, file: 'dist/x.js' });
  t.match(to('webpack://shop/external commonjs "pg"'), { application: false });
  t.match(to('../src/x.ts', { ignoreList: [0] }), { application: false, file: 'src/x.ts' });
  t.match(to('../node_modules/.pnpm/pg@8.0.0/node_modules/pg/lib/client.js'), { application: false });
  t.end();
});

test('script names of V8 are parsed', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, { 'a b.js': 'boom()', 'lib.js': '' });
  const frames = new FrameResolver(folder, { agent: '/opt/scooby/dist/agent' });
  const at = (fn: string, file: string) => brief(frames.resolve(fn, file, 3, 9));
  t.equal(at('f', `${pathToFileURL(join(folder, 'a b.js')).href}?update=2#x`), '+ f a b.js:3:9');
  t.equal(at('f', join(folder, 'a b.js')), '+ f a b.js:3:9');
  t.equal(at('', '/elsewhere/shared/x.js'), '+ <anonymous> /elsewhere/shared/x.js:3:9');
  t.equal(at('f', join(folder, 'node_modules/pg/lib/client.js')), '- f node_modules/pg/lib/client.js:3:9');
  t.equal(
    at('f', '/home/me/.yarn/berry/cache/pg-npm-8.1.0-abc.zip/node_modules/pg/lib/client.js'),
    '- f /home/me/.yarn/berry/cache/pg-npm-8.1.0-abc.zip/node_modules/pg/lib/client.js:3:9',
  );
  t.equal(at('f', join(folder, '.pnp.cjs')), '- f .pnp.cjs:3:9');
  t.equal(
    at('f', join(folder, '.yarn/__virtual__/ui-virtual-0a1b/1/packages/ui/x.js')),
    '+ f packages/ui/x.js:3:9',
  );
  t.equal(at('f', '/opt/scooby/dist/agent/traced.cjs'), '- f /opt/scooby/dist/agent/traced.cjs:3:9');
  t.equal(at('emit', 'node:events'), '- emit node:events:3:9');
  t.equal(brief(frames.resolve('new Promise', '<anonymous>', 0, 0)), '- new Promise <anonymous>:0:0');
  t.equal(brief(frames.resolve('Array.map', '', 0, 0)), '- Array.map :0:0');
  t.equal(at('f', 'evalmachine.<anonymous>'), '- f evalmachine.<anonymous>:3:9');
  t.equal(at('f', '[eval]'), '+ f [eval]:3:9');
  t.equal(at('f', `eval at <anonymous> (${join(folder, 'lib.js')}:7:1)`), '+ f lib.js:7:1');
  t.equal(
    at('f', `eval at a (eval at b (${join(folder, 'node_modules/ejs/ejs.js')}:8:2), <anonymous>:1:1)`),
    '- f node_modules/ejs/ejs.js:8:2',
  );
  t.equal(at('f', 'file:///%E0%A4%A'), '- f file:///%E0%A4%A:3:9');
  t.end();
});

test('a rebuild uses the new map, and processes of the old build the old map', (t) => {
  const folder = realpathSync(t.testdir());
  const js = join(folder, 'x.js');
  const compile = (source: string, seconds: number) => {
    const { code, map } = transformSync(source, { loader: 'ts', sourcemap: 'external', sourcefile: 'x.ts' });
    write(folder, { 'x.js': `${code}//# sourceMappingURL=x.js.map`, 'x.js.map': map });
    utimesSync(js, seconds, seconds);
  };
  compile('type A = 1;\nconst a = 1;\nconst b = 2;\nboom();\n', 1000);
  const frames = new FrameResolver(folder);
  t.equal(brief(frames.resolve('f', js, 3, 1)), '+ f x.ts:4:1');
  compile('type A = 1;\ntype B = 2;\ntype C = 3;\nboom();\n', 2000);
  t.equal(brief(frames.resolve('f', js, 1, 1)), '+ f x.ts:4:1');
  t.equal(brief(frames.resolve('f', js, 3, 7)), '+ f x.ts:4:6', 'the new file has no such line');
  t.equal(
    brief(frames.resolve('f', js, 90, 7)),
    '+ f x.js:90:7',
    'no build has it: better unmapped than wrong',
  );

  // Only the map is written again.
  const { mtimeMs } = statSync(js);
  write(folder, { 'x.js.map': single('late.ts') });
  t.equal(statSync(js).mtimeMs, mtimeMs);
  t.equal(brief(frames.resolve('f', js, 1, 1)), '+ f late.ts:1:1');
  t.end();
});

test('maps, and sources they name, are read in the project, node_modules and the package only', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, {
    'secret/key.txt': 'secret\n',
    'secret/x.js.map': single('stolen.ts'),
    'app/package.json': '{}',
    'app/src/own.ts': 'own();\n',
    'app/node_modules/lib/src.ts': 'lib();\n',
    'sibling/package.json': '{}',
    'sibling/src/own.ts': 'sibling();\n',
    'app/own.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single('src/own.ts'))}`,
    'app/lib.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single('node_modules/lib/src.ts'))}`,
    'app/up.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single('../secret/key.txt'))}`,
    'app/absolute.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single(`${folder}/secret/key.txt`))}`,
    'app/url.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single(`file://${folder}/secret/key.txt`))}`,
    'app/link.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single('link.txt'))}`,
    'app/map.js': 'x\n//# sourceMappingURL=../secret/x.js.map',
    'sibling/dist/own.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single('../src/own.ts'))}`,
    'sibling/dist/up.js': `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single('../../secret/key.txt'))}`,
  });
  symlinkSync(join(folder, 'secret/key.txt'), join(folder, 'app/link.txt'));
  const frames = new FrameResolver(join(folder, 'app'));
  const text = (file: string) => frames.sourceOf(frames.resolve('f', join(folder, file), 1, 1))?.text;
  t.equal(text('app/own.js'), 'own();\n');
  t.equal(text('app/lib.js'), 'lib();\n');
  t.equal(text('sibling/dist/own.js'), 'sibling();\n');
  for (const file of ['app/up.js', 'app/absolute.js', 'app/url.js', 'app/link.js', 'sibling/dist/up.js'])
    t.equal(text(file), undefined, file);
  t.equal(frames.resolve('f', join(folder, 'app/map.js'), 1, 1).file, 'map.js', 'the map is not read');
  t.end();
});

test('an unchanged file is read once', (t) => {
  const reads: string[] = [];
  let identity = '1';
  const frames = new FrameResolver('/app', {
    disk: {
      identity: (path) => (path === '/app/x.js' ? identity : undefined),
      written: () => 0,
      size: () => 10,
      real: (path) => path,
      read: (path) => {
        reads.push(path);
        return `x\n//# sourceMappingURL=data:application/json,${encodeURIComponent(single('x.ts'))}`;
      },
    },
  });
  for (let i = 0; i < 5; i++) t.equal(frames.resolve('f', '/app/x.js', 1, 1).file, 'x.ts');
  t.same(reads, ['/app/x.js']);
  identity = '2';
  frames.resolve('f', '/app/x.js', 1, 1);
  t.same(reads, ['/app/x.js', '/app/x.js']);
  t.end();
});

test('a map sent by the agent precedes the map on disk', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, { 'x.ts': 'type A = 1;\ntype B = 1;\nboom();\n' });
  const frames = new FrameResolver(folder);
  const file = pathToFileURL(join(folder, 'x.ts')).href;
  t.equal(frames.resolve('f', file, 1, 1).line, 1);
  const { map } = transformSync('type A = 1;\ntype B = 1;\nboom();\n', {
    loader: 'ts',
    sourcemap: 'external',
    sourcefile: 'x.ts',
  });
  frames.addMap(file, map);
  t.equal(brief(frames.resolve('f', `${file}?namespace=1`, 1, 1)), '+ f x.ts:3:1');
  frames.addMap(file, 'broken');
  t.equal(frames.resolve('f', file, 1, 1).line, 3, 'the previous map stays');
  t.same([...frames.notes.values()], ['x.ts: its source map cannot be read']);
  t.end();
});

test('with a missing or broken map frames stay generated, with a note', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, {
    'gone.js': 'x\n//# sourceMappingURL=gone.js.map',
    'cut.js': 'x\n//# sourceMappingURL=cut.js.map',
    'cut.js.map': '{"version":3,"sour',
    'inline.js': 'x\n//# sourceMappingURL=data:application/json;base64,e30=\n',
    'quoted.js': 'const s = "\\n//# sourceMappingURL=gone.js.map";\nboom();\n',
    'remote.js': 'x\n//# sourceMappingURL=https://example.com/x.map',
  });
  const frames = new FrameResolver(folder);
  for (const name of ['gone.js', 'cut.js', 'inline.js', 'quoted.js', 'remote.js', 'missing.js']) {
    t.equal(brief(frames.resolve('f', join(folder, name), 1, 1)), `+ f ${name}:1:1`);
  }
  t.same(
    [...frames.notes.values()],
    [
      'gone.js: its source map gone.js.map cannot be read; lines are those of the generated file',
      'cut.js: its source map cut.js.map cannot be read; lines are those of the generated file',
      'inline.js: its inline source map cannot be read; lines are those of the generated file',
      'remote.js: its inline source map cannot be read; lines are those of the generated file',
    ],
  );
  t.end();
});

test('the source of a frame is a readable text', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, { 'x.js': 'one\ntwo\n', 'min.js': 'a();'.repeat(5000), 'big.js': 'a();\n'.repeat(300_000) });
  const frames = new FrameResolver(folder);
  const at = (file: string): Frame => ({ function: 'f', file, line: 1, column: 1, application: true });
  t.same(frames.sourceOf(at('x.js')), { file: 'x.js', text: 'one\ntwo\n' });
  t.same(frames.sourceOf(at(join(folder, 'x.js'))), { file: join(folder, 'x.js'), text: 'one\ntwo\n' });
  writeFileSync(join(folder, 'x.js'), 'three four\n');
  t.same(
    frames.sourceOf(at('x.js')),
    { file: 'x.js', text: 'one\ntwo\n' },
    'what was loaded goes on running',
  );
  t.same(
    frames.sourceOf({ ...at('x.js'), column: 8 }),
    { file: 'x.js', text: 'three four\n' },
    'loaded anew',
  );
  for (const file of ['min.js', 'big.js', 'missing.js', 'node:fs', '[eval]', ''])
    t.equal(frames.sourceOf(at(file)), undefined);
  t.end();
});

test('a file written after the start of the process has a note', (t) => {
  const folder = realpathSync(t.testdir());
  write(folder, { 'old.js': 'one\n', 'new.js': 'one\n' });
  utimesSync(join(folder, 'old.js'), 1000, 1000);
  utimesSync(join(folder, 'new.js'), 3000, 3000);
  const frames = new FrameResolver(folder, { since: 2_000_000 });
  for (const file of ['old.js', 'new.js']) frames.sourceOf(frames.resolve('f', join(folder, file), 1, 1));
  t.same(
    [...frames.notes],
    [
      [
        'new.js',
        'the text of new.js as it runs: it was written after the app had started, so lines of it may be off',
      ],
    ],
  );
  t.end();
});

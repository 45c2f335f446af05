/** The code is shown as it was when the request ran, whatever becomes of the files: as they are, through tsx, tsc and esbuild. */

import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { type Test, test } from 'tap';
import { packageFile } from './packages.js';
import { type Launch, project, ROOT, scooby } from './scooby.js';

const SERVER = `import { createServer } from 'node:http';
import { work } from './work.ts';

createServer((request, response) => {
  work(request.url);
  response.end('done');
}).listen(0, '127.0.0.1');
`;
const WORK = `type Url = string | undefined;
interface Unused { a: number }

/** Says something, three times. */
export function work(url: Url): void {
  for (const n of [1, 2, 3]) {
    console.log(\`\${url} \${n}\`);
  }
}
`;
const files = {
  'package.json': '{"private": true, "type": "module"}',
  'src/server.ts': SERVER,
  'src/work.ts': WORK,
};
const TSC = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin/tsc');
const TSX = packageFile('tsx/dist/cli.mjs');

/** How the same two files are run. */
const WAYS: Record<string, (folder: string) => Promise<Launch['command']> | Launch['command']> = {
  tsx: () => ['node', TSX, 'src/server.ts'],
  tsc(folder) {
    const options = ['--rootDir', 'src', '--outDir', 'dist', '--target', 'es2022', '--module', 'nodenext'];
    const more = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types'), '--ignoreConfig'];
    const maps = ['--sourceMap', '--rewriteRelativeImportExtensions'];
    execFileSync(process.execPath, [TSC, 'src/server.ts', ...options, ...more, ...maps], { cwd: folder });
    return ['node', 'dist/server.js'];
  },
  async esbuild(folder) {
    await build({
      entryPoints: [join(folder, 'src/server.ts')],
      outfile: join(folder, 'dist/server.js'),
      bundle: true,
      minifyWhitespace: true,
      platform: 'node',
      format: 'esm',
      sourcemap: true,
    });
    return ['node', 'dist/server.js'];
  },
};

async function recorded(t: Test, folder: string, command: Launch['command'], paths: string[]) {
  const run = scooby(t, { folder, command });
  for (const path of paths) {
    await run.ask(path);
    await run.trace(path);
  }
  return run;
}

for (const [name, way] of Object.entries(WAYS)) {
  test(`TypeScript through ${name}: the line that was written, as it was`, async (t) => {
    const folder = project(t, files);
    const run = await recorded(t, folder, await way(folder), ['/a']);
    const place = 'work (src/work.ts:7:13)';
    t.match(run.cli('show', 'last').stdout, `${place}\n      7 │ console.log(\`\${url} \${n}\`);\n`);
    writeFileSync(join(folder, 'src/work.ts'), `// new\n${WORK}`);
    t.match(
      run.cli('show', 'last').stdout,
      `${place}  changed since, now line 8\n      7 │ console.log(\`\${url} \${n}\`);\n`,
    );
    rmSync(join(folder, 'src/work.ts'));
    const { stdout } = run.cli('show', 'last', '--source');
    t.match(stdout, 'src/work.ts  3 calls, ');
    t.match(stdout, /^src\/work\.ts .* {2}gone since: this is how it was$/m);
    t.match(stdout, /^ *3× log │ 7 {6}console\.log\(`\$\{url\} \$\{n\}`\);$/m);
    t.match(stdout, /^via 3× log │ 5 {4}work\(request\.url\);$/m);
  });
}

test('a file that is edited while the app goes on running is shown as it runs', async (t) => {
  const server = SERVER.replace('work.ts', 'work.js').replace('work(request.url)', 'work(request)');
  const work = [
    'export function work({ url }) {',
    "  if (url === '/b') console.log('b');",
    "  else console.log('a');",
    '}',
    '',
  ].join('\n');
  const folder = project(t, { ...files, 'server.js': server, 'work.js': work });
  const run = scooby(t, { folder, command: ['node', 'server.js'] });
  await run.ask('/a');
  const a = await run.trace('/a');
  writeFileSync(join(folder, 'work.js'), `// one line more\n${work}`);
  await run.ask('/b');
  const b = await run.trace('/b');
  t.match(
    run.cli('show', a.id).stdout,
    "work (work.js:3:16)  changed since, now line 4\n      3 │ else console.log('a');",
  );
  t.match(
    run.cli('show', b.id).stdout,
    "work (work.js:2:29)  changed since, now line 3\n      2 │ if (url === '/b')",
  );
  t.equal(b.notes, undefined);
});

test('a file that was edited before its first request is told to be in doubt', async (t) => {
  const server = SERVER.replace('work.ts', 'work.js');
  const work = 'export function work(url) {\n  console.log(url);\n}\n';
  const folder = project(t, { ...files, 'server.js': server, 'work.js': work });
  const run = scooby(t, { folder, command: ['node', 'server.js'] });
  await run.port();
  writeFileSync(join(folder, 'work.js'), `// one line more\n${work}`);
  await run.ask('/a');
  await run.trace('/a');
  t.match(
    run.cli('show', 'last').stdout,
    'not captured: the text of work.js as it runs: it was written after the app had started',
  );
});

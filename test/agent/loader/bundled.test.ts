/** Bundles: call sites are lines of the sources, and libraries inside a bundle are reported. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { type Test, test } from 'tap';
import { instruments } from '../../../src/agent/instruments/index.cjs';
import { librariesInText } from '../../../src/agent/loader/bundled.cjs';
import { FIXTURES, requirePackage } from '../../packages.js';
import { scooby } from '../../scooby.js';
import { ask, ROOT, runRecorded } from '../app.js';

const SOURCE = join(ROOT, 'test/fixtures/shapes/typed.ts');
const SITE = 'test/fixtures/shapes/typed.ts:15';

function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'scooby-test-bundle-'));
  t.teardown(() => rmSync(path, { recursive: true }));
  return path;
}

const shared: BuildOptions = { bundle: true, platform: 'node', packages: 'external' };
const BUNDLES: Record<string, BuildOptions> = {
  'a map beside it': { ...shared, sourcemap: true },
  'a map inside': { ...shared, sourcemap: 'inline' },
  'a module, minified': { ...shared, sourcemap: true, format: 'esm', minify: true },
};

for (const [name, options] of Object.entries(BUNDLES)) {
  test(`esbuild with ${name}`, async (t) => {
    const outfile = join(folder(t), options.format === 'esm' ? 'out.mjs' : 'out.cjs');
    await build({ ...options, entryPoints: [SOURCE], outfile });
    t.same(await siteOf(outfile), [SITE]);
  });
}

test('tsc with a map beside it', async (t) => {
  const typescript = requirePackage('typescript-5');
  const path = folder(t);
  const { outputText, sourceMapText } = typescript.transpileModule(readFileSync(SOURCE, 'utf8'), {
    compilerOptions: { sourceMap: true, module: typescript.ModuleKind.ESNext },
    fileName: 'typed.mts',
  });
  writeFileSync(join(path, 'typed.mjs'), outputText);
  const map = { ...JSON.parse(sourceMapText), sources: [relative(path, SOURCE)] };
  writeFileSync(join(path, 'typed.mjs.map'), JSON.stringify(map));
  t.same(await siteOf(join(path, 'typed.mjs')), [SITE]);
});

async function siteOf(script: string) {
  const drive = async (url: string) => {
    await ask(`${url}/first`);
    await ask(`${url}/end`).catch(() => {});
  };
  const { traces } = await runRecorded([script], { drive });
  return traces.find(({ url }) => url === '/first')?.spans.map(({ site }) => site);
}

const SERVER = `
import { createServer } from 'node:http';
import pg from 'pg';
export const pool = new pg.Pool();
createServer((_, response) => response.end()).listen(0, '127.0.0.1');
`;

for (const minify of [false, true]) {
  test(`a driver inside a bundle is reported${minify ? ', minified' : ''}`, async (t) => {
    const stdin = { contents: SERVER, resolveDir: FIXTURES };
    const bundle = await build({
      stdin,
      bundle: true,
      platform: 'node',
      minify,
      write: false,
      external: ['pg-native'],
    });
    const run = scooby(t, { files: { 'server.cjs': bundle.outputFiles[0]!.text }, command: ['server.cjs'] });
    const [, message] = await run.said(/^scooby: (.*)$/m);
    const expected =
      'pg is inside server.cjs, where it cannot be seen; leave it out of the bundle: esbuild --external:pg, or externals of webpack and rollup';
    t.equal(message, expected);
    await run.url();
  });
}

test('the marker of a driver is in its own bundle only', async (t) => {
  for (const library of ['pg', 'postgres', 'mysql', 'mysql2', 'ioredis', 'redis', 'memcached', 'mongodb']) {
    const bundle = await build({
      stdin: { contents: `export * from '${library}'`, resolveDir: FIXTURES },
      write: false,
      bundle: true,
      platform: 'node',
      minify: true,
      logLevel: 'error',
      external: [
        'pg-native',
        'mongodb-client-encryption',
        'snappy',
        'kerberos',
        '@mongodb-js/zstd',
        'aws4',
        'gcp-metadata',
        'socks',
        '@aws-sdk/credential-providers',
      ],
    });
    t.same(librariesInText(bundle.outputFiles[0]!.text, instruments), [library]);
  }
});

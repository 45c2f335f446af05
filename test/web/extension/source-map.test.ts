import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { type Test, test } from 'tap';
import { type ScriptMap, sourcePlaceOf } from '../../../src/web/extension/source-map.js';
import { holds } from '../../property.js';
import { ROOT } from '../../scooby.js';

const SOURCE = `interface Order { id: number }

export async function loadOrders(): Promise<Order[]> {
  const answer = await fetch('/api/orders');
  return answer.json();
}
`;

/** A script built with its map, as a bundler for production would. */
function built(t: Test, ...options: string[]): { script: string; map: ScriptMap } {
  const folder = t.testdir({ src: { 'Orders.tsx': SOURCE }, 'main.ts': `import('./src/Orders.tsx');` });
  const esbuild = join(ROOT, 'node_modules/.bin/esbuild');
  const args = ['src/Orders.tsx', '--sourcemap', '--outfile=out.js', '--format=esm', ...options];
  const { status, stderr } = spawnSync(esbuild, args, { cwd: folder, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return {
    script: readFileSync(join(folder, 'out.js'), 'utf8'),
    map: JSON.parse(readFileSync(join(folder, 'out.js.map'), 'utf8')),
  };
}

test('the line of the source, also of a script that is one line', (t) => {
  for (const options of [[], ['--minify']]) {
    const { script, map } = built(t, ...options);
    const before = script.slice(0, script.indexOf('fetch(')).split('\n');
    const [line, column] = [before.length - 1, before.at(-1)!.length];
    t.same(sourcePlaceOf(map, line, column), { source: 'src/Orders.tsx', line: 3 });
    t.same(sourcePlaceOf({ ...map, sourceRoot: '/app/' }, line, column), {
      source: '/app/src/Orders.tsx',
      line: 3,
    });
    const sections = [
      { offset: { line: 0, column: 0 }, map: { sources: [], mappings: '' } },
      { offset: { line: 7, column: 2 }, map },
    ];
    const shift = line === 0 ? 2 : 0;
    t.same(
      sourcePlaceOf({ sections }, line + 7, column + shift),
      { source: 'src/Orders.tsx', line: 3 },
      'a map of several, as Turbopack writes it',
    );
  }
  t.end();
});

test('what is no map has no lines', async (t) => {
  for (const map of [{}, { mappings: 1 }, { mappings: 'AAAA' }, { sections: 1 }, { sections: [] }])
    t.equal(sourcePlaceOf(map, 0, 0), undefined);
  t.equal(sourcePlaceOf({ mappings: 'AAAA', sources: ['a'] }, 5, 0), undefined);
  const endless: ScriptMap = {};
  endless.sections = [{ offset: { line: 0, column: 0 }, map: endless }];
  t.equal(sourcePlaceOf(endless, 0, 0), undefined);
  const text = fc.string({ unit: fc.constantFrom(...'AaZz09+/;,!') });
  await holds(
    fc.property(text, fc.nat(9), fc.nat(99), (mappings, line, column) => {
      sourcePlaceOf({ mappings, sources: ['a'] }, line, column);
    }),
    300,
  );
});

import { join } from 'node:path';
import { test } from 'tap';
import { bcryptjs } from '../../../src/agent/instruments/bcryptjs.cjs';
import { ask, ROOT, runPlain, runRecorded } from '../app.js';
import { driversOf } from '../drivers.js';
import { sitesIn } from '../sites.js';

test('the cost of a hash is told, and what was hashed is not', (t) => {
  const of = (method: string, given: unknown) =>
    bcryptjs.describe({ self: undefined, args: [method, 'secret', given] });
  t.same(of('hash', 10), { name: 'bcryptjs.hash', detail: { inPieces: true, rounds: 10 } });
  const hash = `$2b$12$${'a'.repeat(53)}`;
  t.same(of('compareSync', hash), {
    ...{ name: 'bcryptjs.compareSync', kind: 'block' },
    detail: { blocking: true, rounds: 12 },
  });
  t.end();
});

const FIXTURE = join(ROOT, 'test/fixtures/bcryptjs.cjs');

for (const driver of driversOf('bcryptjs')) {
  for (const way of ['require', 'import']) {
    test(`every form of ${driver}, by ${way}`, async (t) => {
      const drive = async (url: string) => {
        await ask(`${url}/hash`);
        await ask(`${url}/end`);
      };
      const launch = { env: { DRIVER: driver, WAY: way }, drive };
      const plain = await runPlain([FIXTURE], launch);
      const { traces, libraries, ...recorded } = await runRecorded([FIXTURE], launch);
      t.equal(recorded.stdout, plain.stdout);
      t.equal(recorded.stderr, plain.stderr);
      t.match(plain.stdout, /^(?:true\n){5}refused\nprogress\nover\n$/);
      t.same(
        libraries.filter(({ trouble }) => trouble),
        [],
      );
      const { spans } = traces.find(({ url }) => url === '/hash')!;
      const own = spans.filter(({ library }) => library === 'bcryptjs');
      t.same(own.map(({ site }) => site).sort(), sitesIn(FIXTURE).get('hash'));
      t.same(
        own.map(({ kind, name, detail, error }) => [kind, name, detail?.rounds, ...(error ? [error] : [])]),
        [
          ['hash', 'bcryptjs.hash', 4],
          ['hash', 'bcryptjs.compare', 4],
          ['hash', 'bcryptjs.hash', 4],
          ['hash', 'bcryptjs.compare', 4],
          ['block', 'bcryptjs.hashSync', 4],
          ['block', 'bcryptjs.compareSync', 4],
          ['hash', 'bcryptjs.compare', 4],
          ['hash', 'bcryptjs.hash', undefined, 'Illegal arguments: number, string'],
          ['hash', 'bcryptjs.hash', 4],
        ],
      );
    });
  }
}

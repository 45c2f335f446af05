/** Spans of the app's own: what is recorded of them, and that the app gets what it had without them. */

import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runPlain, runRecorded } from '../app.js';

const SCRIPT = join(ROOT, 'test/fixtures/logs/spans.cjs');

/** Spans by form, at the line of the app's call: kind, name, details and error. */
const EXPECTED: Record<string, string[]> = {
  sync: ['span sync'],
  promise: ['span promise'],
  nested: ['span outer', 'span inner {"n":1,"password":"REDACTED"}'],
  behind: ['search behind {"q":"x"}'],
  kinds: ['span no kind', 'span no log', 'sql query'],
  throws: ['span throws ! thrown'],
  rejects: ['span rejects ! rejected'],
  lazy: ['span lazy'],
  levels: [
    'log said {"a":1} {"level":"info","values":[{"a":1}]}',
    'log warned {"level":"warn"}',
    'log ended {"level":"fatal"}',
  ],
  over: ['queue over {"n":1}', 'span from to ! no', 'span span'],
  traced: ['span traced sync', 'mail traced promise', 'span traced failure ! x', 'span traced callback'],
};

test('spans, on every Node; the app sees what it sees without scooby', async (t) => {
  const drive = async (url: string) => {
    for (const form of Object.keys(EXPECTED)) await ask(`${url}/${form}`);
    await ask(`${url}/unhandled`).catch(() => {});
  };
  for (const { path: node, version } of await nodes()) {
    const plain = await runPlain([SCRIPT], { node, drive });
    const { traces, ...recorded } = await runRecorded([SCRIPT], { node, drive });
    const said = (stderr: string) => stderr.split('\n').filter((line) => !line.startsWith('    at '));
    t.same([recorded.code, said(recorded.stderr)], [1, said(plain.stderr)], version);
    for (const [form, expected] of Object.entries(EXPECTED)) {
      const { spans } = traces.find(({ url }) => url === `/${form}`)!;
      const own = spans.filter(({ library }) => library.startsWith('scooby'));
      own.sort((a, b) => Number(a.site?.split(':')[1]) - Number(b.site?.split(':')[1]) || a.start - b.start);
      t.same(
        own.map(({ kind, name, detail, error }) =>
          [kind, name, detail && JSON.stringify(detail), error && `! ${error}`].filter(Boolean).join(' '),
        ),
        expected,
        `${form}, ${version}`,
      );
      t.ok(
        own.every(
          ({ site, duration }) => site?.startsWith('test/fixtures/logs/spans.cjs:') && duration !== undefined,
        ),
        `${form} has lines and has ended`,
      );
    }
    const times = traces
      .find(({ url }) => url === '/over')!
      .spans.filter(({ library }) => library !== 'console');
    t.same(
      times.map(({ duration }) => Math.round(duration!)),
      [5, 7, 0],
    );
    const [killed] = traces.filter(({ url }) => url === '/unhandled');
    t.match(killed!.spans, [{ name: 'unhandled', error: 'nobody handles it' }]);
  }
});

/** What services run for others is a unit of each message, with its calls and errors, and none of a request's. */

import { join } from 'node:path';
import { test } from 'tap';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';

const SCRIPT = 'test/fixtures/units/services.cjs';

const all = await nodes();
for (const { version, path } of [all[0]!, all.at(-1)!]) {
  test(`services of NestJS and Moleculer, Node ${version}`, async (t) => {
    const bodies: string[] = [];
    const { traces, libraries } = await runRecorded([join(ROOT, SCRIPT)], {
      node: path,
      env: { NODE_NO_WARNINGS: '1' },
      drive: async (url) => {
        for (const way of ['/nest', '/fails', '/moleculer', '/end']) bodies.push((await ask(url + way)).body);
      },
    });
    t.same(bodies, ['nest 7', 'Internal server error', 'moleculer', '']);
    t.same(
      libraries.filter(({ trouble }) => trouble !== undefined),
      [],
    );
    const seen = traces.map(({ method, url, spans, errors = [] }) => [
      `${method} ${url}`,
      spans.filter(({ library }) => library === 'console').map(({ name }) => name),
      errors.map(({ message, site }) => `${message} at ${site}`),
    ]);
    for (const [name, calls, errors] of [
      ['message orders.show', ['nest 7'], []],
      ['message orders.get', ['moleculer'], []],
      ['GET /nest', [], []],
      ['GET /moleculer', [], []],
    ] as const)
      t.same(
        seen.find(([unit]) => unit === name),
        [name, calls, errors],
      );
    const failed = seen.find(([unit]) => unit === 'message orders.fails');
    t.same(failed?.[2], [`thrown at ${SCRIPT}:21`]);
  });
}

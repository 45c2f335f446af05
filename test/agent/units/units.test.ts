/** Consumers begun in a request: what they run are units, and no call of theirs is the request's. */

import { join } from 'node:path';
import { test } from 'tap';
import type { Trace } from '../../../src/domain/trace.js';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runRecorded } from '../app.js';
import { serverFor } from '../servers.js';
import { sitesIn } from '../sites.js';

const FOLDER = join(ROOT, 'test/fixtures/units');
const WAYS = join(FOLDER, 'ways.cjs');
const LINES = sitesIn(WAYS);

/** Unit of each way: its kind and name. */
const UNITS: Record<string, string> = {
  interval: 'tick cleanup',
  anonymous: `tick ${LINES.get('anonymous')}`,
  nodeCron: 'tick * * * * * * work',
  cron: 'tick */1 * * * * * onTick',
  croner: `tick * * * * * * ${LINES.get('croner')}`,
  nodeSchedule: 'tick nightly',
  bullmq: 'job emails welcome',
  bullmqFailing: 'job reports monthly',
  bull: 'job invoices print',
  beeQueue: 'job thumbnails',
  graphileWorker: 'job letters',
  mqtt: 'message lamps/1',
  nats: 'message parcels.sent',
  pgBoss: 'job exports',
  agenda: 'job newsletter',
  amqplib: 'message orders',
  kafkajs: 'message payments',
  ws: 'message /chat',
  socketIo: 'message say',
};

function queriesOf({ spans }: Pick<Trace, 'spans'>): unknown[] {
  return spans
    .filter(({ kind }) => kind === 'sql')
    .map(({ detail }) => (detail as { params?: unknown[] } | undefined)?.params?.[0]);
}

const everyNode = await nodes();
for (const { version, path } of [everyNode[0]!, everyNode.at(-1)!]) {
  test(`consumers begun in a request, Node ${version}`, async (t) => {
    const { url: pg } = (await serverFor(t, 'postgres')) as { url: string };
    const { url: redis } = (await serverFor(t, 'redis')) as { url: string };
    const { traces, outside, stderr } = await runRecorded([join(FOLDER, 'app.cjs')], {
      node: path,
      env: { WAYS, SERVERS: JSON.stringify({ pg, redis }) },
      drive: async (url) => {
        for (const way of Object.keys(UNITS)) await ask(`${url}/${way}`);
        await ask(`${url}/end`);
      },
    });
    // node-cron warns of executions that a busy machine has missed.
    t.notMatch(stderr, /Error/);
    for (const [way, name] of Object.entries(UNITS)) {
      const request = traces.find((trace) => trace.method === 'GET' && trace.url === `/${way}`)!;
      const own = queriesOf(request).filter((mark) => mark === 'own' || mark === 'unit');
      t.same(own, ['own'], `${way}: nothing of it counts on the request`);
      const units = traces.filter((trace) => `${trace.method} ${trace.url}` === name);
      t.ok(units.length >= 2, `${way}: ${units.length} units ${name}`);
      for (const unit of units.slice(0, 2)) {
        t.same(queriesOf(unit), ['unit', 'unit'], `${way}: queries of a unit`);
        t.equal(unit.state, way === 'bullmqFailing' ? 'failed' : 'done', way);
        t.equal(unit.totals.sql?.count, 2, `${way}: all of them count`);
        t.notOk(unit.spans.some(({ afterResponse }) => afterResponse));
        const parent = traces.find(({ id }) => id === unit.parent);
        if (way === 'ws') t.match(parent?.url, '/chat', way);
        else if (way === 'socketIo') t.match(parent?.url, '/socket.io/', way);
        else if (way !== 'kafkajs') t.equal(parent?.url, `/${way}`, `${way}: the request that led to it`);
      }
    }
    const failed = traces.find(({ url }) => url === 'reports monthly');
    t.equal(failed?.error, 'no such report');
    t.notOk(queriesOf({ spans: outside }).includes('unit'), 'nothing of the app is outside');
    t.same(
      traces.filter(({ method, spans }) => method !== 'GET' && method !== 'POST' && spans.length === 0),
      [],
      'no unit without a call',
    );
  });
}

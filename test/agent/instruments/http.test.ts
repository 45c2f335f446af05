/**
 * Spans of outgoing requests: status and bytes, errors, aborted requests, and linked traces of
 * apps.
 */

import { join } from 'node:path';
import { test } from 'tap';
import type { Span } from '../../../src/domain/trace.js';
import { nodes } from '../../nodes.js';
import { ask, ROOT, runPlain, runRecorded } from '../app.js';

const APP = join(ROOT, 'test/fixtures/http/calls.cjs');
const WAYS = [
  'secrets',
  'fetchSecrets',
  'post',
  'notFound',
  'redirect',
  'reset',
  'fetchReset',
  'aborted',
  'peer',
  'fetchPeer',
  'http2',
  'http2Reset',
  'http2Peer',
];

/** Fields of a span that do not differ from run to run. */
function plain({ library, name, detail, error, site }: Span): object {
  const { ttfb, trace, ...rest } = detail ?? {};
  return {
    call: `${library} ${name.replace(/:\d+/, ':port')}`,
    ...rest,
    ...(error !== undefined && { error }),
    ...(ttfb === undefined && { noResponse: true }),
    ...(trace !== undefined && { isPeer: true }),
    site: site?.split('/').at(-1) ?? 'nowhere',
  };
}

for (const node of await nodes()) {
  test(`outgoing requests, Node ${node.version}`, async (t) => {
    const drive = async (url: string) => {
      for (const way of WAYS) t.equal((await ask(`${url}/${way}`)).status, 200);
      await ask(`${url}/end`);
    };
    const { traces, stdout, stderr, code } = await runRecorded([APP], { node: node.path, drive });
    t.equal(stderr, '');
    t.equal(code, 0);
    t.equal(stdout, '[]\n', 'apps without scooby receive no header of scooby');
    const of = (way: string) => traces.find(({ url }) => url === `/${way}`)!.spans.map(plain);
    t.same(of('secrets'), [
      {
        call: 'http GET http://127.0.0.1:port/v1?token=REDACTED&page=2',
        status: 200,
        bytes: 10,
        site: 'calls.cjs:9',
      },
    ]);
    t.same(of('fetchSecrets'), [
      {
        call: 'undici GET http://127.0.0.1:port/v1?token=REDACTED&page=2',
        status: 200,
        bytes: 10,
        site: 'calls.cjs:14',
      },
    ]);
    t.same(of('post'), [
      { call: 'http POST http://127.0.0.1:port/echo', status: 200, bytes: 10, site: 'calls.cjs:17' },
    ]);
    t.same(of('notFound'), [
      { call: 'undici GET http://127.0.0.1:port/missing', status: 404, bytes: 7, site: 'calls.cjs:22' },
    ]);
    t.same(of('redirect'), [
      { call: 'undici GET http://127.0.0.1:port/redirect', status: 302, site: 'calls.cjs:23' },
      { call: 'undici GET http://127.0.0.1:port/v1', status: 200, bytes: 10, site: 'calls.cjs:23' },
    ]);
    t.same(of('reset'), [
      {
        call: 'http GET http://127.0.0.1:port/reset',
        error: 'ECONNRESET: socket hang up',
        noResponse: true,
        site: 'calls.cjs:9',
      },
    ]);
    t.same(of('fetchReset'), [
      {
        call: 'undici GET http://127.0.0.1:port/reset',
        error: 'UND_ERR_SOCKET: other side closed',
        noResponse: true,
        site: 'calls.cjs:25',
      },
    ]);
    t.match(of('aborted'), [
      {
        call: 'http GET http://127.0.0.1:port/endless',
        status: 200,
        aborted: true,
        error: 'ECONNRESET: aborted',
        site: 'calls.cjs:28',
      },
    ]);
    const read = { status: 200, bytes: 10, site: 'calls.cjs:59' };
    t.same(of('http2'), [
      { call: 'http2 GET http://127.0.0.1:port/v1?token=REDACTED&page=2', ...read },
      { call: 'http2 POST http://127.0.0.1:port/echo', ...read },
      { call: 'http2 GET http://127.0.0.1:port/missing', ...read, status: 404, bytes: 7 },
    ]);
    t.same(of('http2Reset'), [
      {
        call: 'http2 GET http://127.0.0.1:port/reset',
        error: 'ERR_HTTP2_STREAM_ERROR: Stream closed with error code NGHTTP2_INTERNAL_ERROR',
        noResponse: true,
        site: 'calls.cjs:59',
      },
      {
        call: 'http2 GET http://127.0.0.1:port/endless',
        status: 200,
        bytes: 9,
        aborted: true,
        site: 'calls.cjs:44',
      },
      {
        call: 'http2 GET http://127.0.0.1:port/',
        error: 'ERR_HTTP2_INVALID_SESSION: The session has been destroyed',
        noResponse: true,
        site: 'calls.cjs:59',
      },
    ]);
    t.match(of('http2Peer'), [
      { call: 'http2 GET http://127.0.0.1:port/inner', status: 200, bytes: 5, site: 'calls.cjs:59' },
    ]);
    const parent = traces.find(({ url }) => url === '/http2Peer')!.id;
    t.match(
      traces.filter((trace) => trace.parent === parent),
      [{ url: '/inner' }],
    );
    for (const [way, call, site] of [
      ['peer', 'http GET http://127.0.0.1:port/inner', 'calls.cjs:9'],
      ['fetchPeer', 'undici GET http://127.0.0.1:port/inner', 'calls.cjs:34'],
    ] as const) {
      t.match(of(way), [{ call, status: 200, isPeer: true, site }]);
      const outer = traces.find(({ url }) => url === `/${way}`)!;
      const inner = traces.find(({ id }) => id === outer.spans[0]!.detail!.trace)!;
      t.equal(inner.parent, outer.id);
      t.equal(inner.url, '/inner');
    }
  });
}

test('responses have X-Scooby except for requests of an app to itself', async (t) => {
  const args = [join(ROOT, 'test/fixtures/http/self.cjs')];
  const ids: (string | null)[] = [];
  const drive = async (url: string) => {
    ids.push((await fetch(url)).headers.get('x-scooby'));
    await ask(`${url}/end`);
  };
  const plain = await runPlain(args, { drive });
  const recorded = await runRecorded(args, { drive });
  t.equal(recorded.stdout, plain.stdout);
  const raw = 'Connection,Content-Length Connection,Content-Length Date,Connection,Content-Length';
  t.equal(plain.stdout, `${raw}\n${'connection,content-length,keep-alive\n'.repeat(2)}`);
  const { id } = recorded.traces.find(({ url }) => url === '/')!;
  t.same(ids, [null, id]);
});

test('X-Scooby-Parent of any other client is not believed', async (t) => {
  const args = [join(ROOT, 'test/fixtures/http/self.cjs')];
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const drive = async (url: string) => {
    for (const value of [id, `${id}.`, `${id}.${'0'.repeat(32)}`])
      await fetch(url, { headers: { 'X-Scooby-Parent': value } });
    await ask(`${url}/end`);
  };
  const { traces } = await runRecorded(args, { drive });
  t.ok(traces.length > 3);
  t.same(
    traces.flatMap(({ parent }) => parent ?? []),
    [],
  );
});

/** What the processes and the proxy say, in any order: traces come of it, and nothing throws. */

import { deepStrictEqual } from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'tap';
import { Collector } from '../../src/collector/collector.js';
import type { AppConnection } from '../../src/collector/link-server.js';
import { parseLine } from '../../src/collector/parse-line.js';
import type { LinkLine } from '../../src/domain/link.js';
import type { Trace } from '../../src/domain/trace.js';
import { finishTrace } from '../../src/insight/judge.js';
import { publicTrace } from '../../src/store/json.js';
import { anyText, holds } from '../property.js';

const IDS = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${n}`);

const id = fc.constantFrom(...IDS);
const number = fc.oneof(
  fc.nat({ max: 5 }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const small = fc.nat({ max: 5 });
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const word = fc.oneof(
  anyText(),
  fc.constantFrom('sql', 'pg', 'select * from a where id = $1', 'INSERT INTO a VALUES (1)'),
);
const detail = some(
  fc.record(
    {
      params: fc.jsonValue(),
      connection: fc.jsonValue(),
      dialect: fc.jsonValue(),
      command: fc.jsonValue(),
      keys: fc.jsonValue(),
    },
    { requiredKeys: [] },
  ),
);

const aLine = fc.oneof(
  fc.record({ t: fc.constant('listen'), protocol: word, port: some(number), path: some(word) }),
  fc.record({ t: fc.constant('unlisten'), port: some(number) }),
  fc.record({ t: fc.constant('library'), name: word, version: word, trouble: some(word) }),
  fc.record({ t: fc.constant('map'), file: word, map: word }),
  fc.record({ t: fc.constant('frames'), frames: fc.array(fc.tuple(small, word, word, number, number)) }),
  fc.record({ t: fc.constant('stack'), n: small, frames: fc.array(small) }),
  fc.record({
    t: fc.constant('open'),
    id,
    at: number,
    method: word,
    url: word,
    headers: some(fc.array(fc.tuple(word, word))),
  }),
  fc.record({
    ...{
      t: fc.constant('span'),
      id: some(id),
      n: small,
      kind: word,
      library: word,
      name: word,
      at: number,
      detail,
    },
    ...{
      duration: some(number),
      wait: some(number),
      rows: some(number),
      error: some(word),
      stack: some(small),
    },
  }),
  fc.record({ t: fc.constant('withdrawn'), id: some(id), n: small }),
  fc.record({
    ...{ t: fc.constant('close'), id, at: number, status: some(number), aborted: some(fc.boolean()) },
    ...{
      route: some(word),
      handler: some(word),
      stack: some(small),
      params: some(fc.dictionary(word, word)),
    },
  }),
  fc.record({ t: fc.constant('dropped'), id: some(id), spans: number }),
  fc.record({ t: fc.constant('answer'), n: small, rows: some(fc.array(fc.array(fc.jsonValue()))) }),
  fc.record({ t: word }),
);

type Word = { line: object } | { lost: string } | { opened: string } | { ended: string };
const aWord: fc.Arbitrary<Word> = fc.oneof(
  { weight: 8, arbitrary: aLine.map((line): Word => ({ line })) },
  {
    weight: 1,
    arbitrary: fc
      .oneof(
        anyText(),
        id.map((id) => `{"t":"span","id":"${id}","na`),
      )
      .map((lost): Word => ({ lost })),
  },
  { weight: 2, arbitrary: id.map((opened): Word => ({ opened })) },
  { weight: 2, arbitrary: id.map((ended): Word => ({ ended })) },
);

const aPeer: AppConnection = {
  ...{
    pid: 7,
    ppid: 1,
    command: 'node app.js',
    cwd: '/srv/shop',
    node: 'v20.0.0',
    thread: 0,
    origin: 1_000_000,
  },
  send: () => {},
};

function say(collector: Collector, word: Word): void {
  if ('line' in word) collector.lineReceived(aPeer, parseLine(JSON.stringify(word.line)));
  else if ('lost' in word) collector.lineLost(aPeer, word.lost);
  else if ('opened' in word)
    collector.requestStarted({
      id: word.opened,
      method: 'GET',
      url: '/a',
      start: 1_000_000,
      headers: [],
      marked: false,
    });
  else collector.requestEnded({ id: word.ended, duration: 12, status: 200, headers: [], reached: true });
}

test('lines of any content, in any order, become traces that can be judged and told', () =>
  holds(
    fc.property(fc.array(aWord, { maxLength: 40, size: 'max' }), (words) => {
      const traces: Trace[] = [];
      const collector = new Collector({
        ...{
          project: '/srv/shop',
          agent: '/agent.cjs',
          record: 'all',
          saveSource: () => 'hash',
          readSoon() {},
        },
        finish: finishTrace,
      });
      collector.on('trace', (trace) => traces.push(trace));
      collector.connected(aPeer);
      for (const word of words) say(collector, word);
      collector.finishAll();
      for (const trace of traces) {
        const told = JSON.parse(JSON.stringify(publicTrace(trace)));
        deepStrictEqual(told.spans.length, trace.spans.length);
        for (const span of trace.spans) {
          deepStrictEqual(Number.isFinite(span.start) && span.start >= 0, true, `start ${span.start}`);
        }
      }
    }),
    400,
  ));

test('a lost line that names its request is counted there', (t) => {
  const traces: Trace[] = [];
  const losses: number[] = [];
  const collector = new Collector({
    ...{
      project: '/srv/shop',
      agent: '/agent.cjs',
      record: 'all',
      saveSource: () => undefined,
      readSoon() {},
    },
    finish: finishTrace,
  });
  collector.on('trace', (trace) => traces.push(trace));
  collector.on('lost', ({ pid }) => losses.push(pid));
  collector.connected(aPeer);
  for (const opened of IDS.slice(0, 2)) say(collector, { opened });
  const half = `{"t":"span","n":1,"kind":"sql","library":"pg","name":"select","at":1,"id":"${IDS[0]}","dur`;
  for (const lost of [half, half, 'nonsense']) say(collector, { lost });
  for (const ended of IDS.slice(0, 2)) {
    say(collector, { line: { t: 'close', id: ended, at: 9 } satisfies LinkLine });
    say(collector, { ended });
  }
  collector.finishAll();
  t.same(
    traces.map(({ dropped }) => dropped),
    [2, undefined],
  );
  t.same(losses, [7], 'said once');
  t.end();
});

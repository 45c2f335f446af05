import { test } from 'tap';
import type { Trace } from '../../src/domain/trace.js';
import { verify } from '../../src/feed/verify.js';
import { aSpan, aTrace } from '../factory.js';

/** A run that answers with one trace after the other, each stored a moment later. */
function aRun(...answers: Partial<Trace>[]) {
  const sent: Trace[] = [];
  const stored = new Map<string, Trace>();
  return {
    sent,
    access: {
      async send(trace: Trace) {
        sent.push(trace);
        const answer = aTrace(answers[sent.length - 1]);
        stored.set(answer.id, answer);
        return { status: 200, ms: 1, id: answer.id, without: ['cookie'] };
      },
      find: (id: string) => stored.get(id),
    },
  };
}

const [OLD, NEW] = [1, 2].map((pid) => ({ pid, command: 'node app.js', cwd: '/' })) as [
  NonNullable<Trace['app']>,
  NonNullable<Trace['app']>,
];

test('of an app that was started again the time is that of its second request', async (t) => {
  const before = aTrace({ app: OLD, duration: 85 });
  const run = aRun({ app: NEW, duration: 300 }, { app: NEW, duration: 22 });
  const { after, notes } = await verify(before, run.access);
  t.equal(after.ms, 22);
  t.same(notes, ['sent without cookie: never recorded']);
  const same = aRun({ app: OLD, duration: 60 });
  t.equal((await verify(before, same.access)).after.ms, 60);
  t.equal(same.sent.length, 1);
});

test('a cache that the first request fills hides nothing, and what changes something is sent once', async (t) => {
  const before = aTrace({ app: OLD, spans: [aSpan()] });
  const cached = aRun({ app: NEW, spans: [aSpan()], duration: 30 }, { app: NEW, spans: [], duration: 2 });
  t.match((await verify(before, cached.access)).after, { queries: 1, ms: 30 });
  const post = aRun({ app: NEW });
  await verify({ ...before, method: 'POST' }, post.access);
  t.equal(post.sent.length, 1);
});

test('a request that is not recorded has no verdict', async (t) => {
  const send = async () => ({ status: 200, ms: 1 });
  await t.rejects(verify(aTrace(), { send, find: () => undefined }), {
    message: 'the request was answered, but not recorded',
  });
});

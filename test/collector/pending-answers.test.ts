import { test } from 'tap';
import { PendingAnswers } from '../../src/collector/pending-answers.js';

test('each question has the answer of its number; what nobody waits for is ignored', async (t) => {
  const pending = new PendingAnswers<string>();
  const numbers: number[] = [];
  const first = pending.ask(60_000, 'late', (n) => numbers.push(n));
  const second = pending.ask(60_000, 'late', (n) => numbers.push(n));
  pending.answer(numbers[1]!, 'b');
  pending.answer(numbers[0]!, 'a');
  pending.answer(numbers[0]!, 'again');
  pending.answer(99, 'of nobody');
  t.same(await Promise.all([first, second]), ['a', 'b']);
});

test('without an answer there is the one that was given for it', async (t) => {
  const pending = new PendingAnswers<string>();
  t.equal(await pending.ask(1, 'late', () => {}), 'late');
  const all = [1, 2].map(() => pending.ask(60_000, 'late', () => {}));
  pending.answerAll('failed');
  t.same(await Promise.all(all), ['failed', 'failed']);
});

test('an answer that comes while it is asked counts', async (t) => {
  const pending = new PendingAnswers<string>();
  t.equal(await pending.ask(60_000, 'late', (n) => pending.answer(n, 'at once')), 'at once');
});

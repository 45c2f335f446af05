import { test } from 'tap';
import { errorOutcome, errorTitle, isGraveError } from '../../src/domain/request-error.js';
import type { RequestError } from '../../src/domain/trace.js';

const error = (part: Partial<RequestError> = {}): RequestError => ({
  ...{ name: 'TypeError', message: 'x is not a function\nat all', at: 1, by: 'express', stack: [] },
  ...part,
});

test('the title is one line, with the code where the message does not have it', (t) => {
  t.equal(errorTitle(error()), 'TypeError: x is not a function');
  t.equal(errorTitle(error({ code: 'E1' })), 'TypeError: x is not a function (E1)');
  t.equal(errorTitle(error({ message: 'connect E1', code: 'E1' })), 'TypeError: connect E1');
  t.equal(errorTitle(error({ name: '', message: 'a \x1b[31mtext' })), 'thrown: a \\x1b[31mtext');
  t.end();
});

test('what became of it, and whether that is a failure', (t) => {
  const of = (part: Partial<RequestError>, status?: number, state: 'done' | 'open' | 'died' = 'done') => {
    const outcome = { state, ...(status !== undefined && { status }) };
    return [errorOutcome(error(part), outcome), isGraveError(error(part), outcome)];
  };
  t.same(of({}, 500), ['express answered 500', true]);
  t.same(of({}, 404), ['express answered 404', false]);
  t.same(of({}, 302), ['express answered 302', false]);
  t.same(of({}, undefined, 'open'), ['express has it', false]);
  t.same(of({}, undefined), ['express did not answer', false]);
  t.same(of({ by: 'uncaughtException', fatal: true }, undefined, 'died'), ['it ended the process', true]);
  t.same(of({ by: 'uncaughtException' }, 200), ['nothing caught it', true]);
  t.same(of({ by: 'unhandledRejection' }, 200), ['a rejection that nothing handled', true]);
  t.end();
});

/** Errors of a request: what they are, and what became of them, in words. */

import { isFailed } from './request.js';
import { escapeToOneLine } from './text.js';
import type { CauseOfError, RequestError, Trace } from './trace.js';

/** What an outcome is judged by. */
type Outcome = Pick<Trace, 'status' | 'state'>;

/** `TypeError: x is not a function`; of what is no error `thrown: some text`. */
export function errorTitle({ name, message, code }: Pick<CauseOfError, 'name' | 'message' | 'code'>): string {
  const text = message.split('\n', 1)[0]!;
  const named = `${name === '' ? 'thrown' : name}: ${text}`;
  return escapeToOneLine(code === undefined || named.includes(code) ? named : `${named} (${code})`);
}

/** Whether it is a failure: neither a 4xx that the app answers on purpose, nor one in good order. */
export function isGraveError({ by, fatal }: RequestError, outcome: Outcome): boolean {
  return fatal === true || isOfProcess(by) || isFailed(outcome);
}

/** What became of it: `express answered 404`, `it ended the process`. */
export function errorOutcome({ by, fatal }: RequestError, { status, state }: Outcome): string {
  if (fatal) return 'it ended the process';
  if (by === 'unhandledRejection') return 'a rejection that nothing handled';
  if (by === 'uncaughtException') return 'nothing caught it';
  const end = status !== undefined ? `answered ${status}` : state === 'open' ? 'has it' : 'did not answer';
  return `${escapeToOneLine(by)} ${end}`;
}

function isOfProcess(by: string): boolean {
  return by === 'uncaughtException' || by === 'unhandledRejection';
}

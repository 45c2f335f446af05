/**
 * Writes the lines of the running turn before the process ends from within: `exit`, which comes
 * after process.exit, an uncaught error and the last work, and the functions that end it without.
 */

import { replaceMethod } from '../call/wrap.cjs';
import { attempt } from '../guard.cjs';
import { flushLines } from './transport.cjs';
import { writeAllAtOnce } from './write-credit.cjs';

/** Functions of process that may not return: `kill` of itself, and `execve` of Node 23.11. */
const ENDS = ['kill', 'abort', 'reallyExit', 'execve'];

/**
 * Watches every end of this process; at `exit`, `onExit` sends what is still to be said before.
 * `onEnd` is called at each of them.
 */
export function watchEnds(onExit: () => void, onEnd: () => void): void {
  process.on('exit', () => {
    attempt(onExit);
    attempt(onEnd);
    attempt(flushLines);
    attempt(writeAllAtOnce);
  });
  for (const method of ENDS)
    if (method in process) attempt(replaceMethod, process, method, (original) => wrapEnd(original, onEnd));
}

function wrapEnd(original: Function, onEnd: () => void): Function {
  // A method has no prototype property, like the method that it replaces.
  return {
    end(this: unknown) {
      attempt(flushLines);
      attempt(onEnd);
      return Reflect.apply(original, this, arguments);
    },
  }.end;
}

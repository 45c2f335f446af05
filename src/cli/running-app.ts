/** The running app that a command sends requests to, and the question before those that change something. */

import { ControlError, connectToRun, type RunControl, type RunStatus } from '../control/client.js';
import { UserError } from '../domain/errors.js';
import { isSafeMethod } from '../domain/safe-method.js';
import { escapeToOneLine } from '../domain/text.js';
import type { Trace } from '../domain/trace.js';
import { againQuestion } from '../feed/replayable.js';
import { databasePath } from '../store/location.js';
import { confirm } from './confirm.js';

/** A run whose proxy listens, and that records what it is sent. */
export interface RunningApp {
  control: RunControl;
  status: RunStatus & { url: string };
}

/**
 * Runs `work` with the newest run of the project, and closes the connection afterwards. Throws a
 * UserError (exit `code`) when nothing runs, or nothing would be recorded.
 */
export async function withRunningApp<T>(
  db: string | undefined,
  work: (app: RunningApp) => Promise<T>,
  code = 1,
): Promise<T> {
  const control = await connectToRun(databasePath(db, process.cwd()));
  if (control === undefined)
    throw new UserError('No app runs under scooby in this project. Start it:  scooby run -- <command>', code);
  try {
    return await work(await runningApp(control, code));
  } catch (error) {
    if (error instanceof ControlError) throw new UserError(error.message, code);
    throw error;
  } finally {
    control.close();
  }
}

async function runningApp(control: RunControl, code: number): Promise<RunningApp> {
  const status = await control.status();
  const { url } = status;
  if (status.record === 'off')
    throw new UserError('The run records nothing now. Switch it on:  scooby on', code);
  if (url === undefined) throw new UserError('The app listens on no port so far.', code);
  return { control, status: { ...status, url } };
}

/** Whether a request may be sent again: at once for those that change nothing, else when the user agrees. */
export async function mayBeSent(trace: Trace, isAgreed: boolean): Promise<boolean> {
  if (isSafeMethod(trace.method) || isAgreed) return true;
  return confirm(againQuestion(trace, escapeToOneLine(`${trace.method} ${trace.url}`)));
}

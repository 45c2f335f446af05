/** Questions to the project's running apps, of which any may know the database of a recorded call. */

import { ControlError, connectToRun, livingRuns, type RunControl } from '../control/client.js';
import { UserError } from '../domain/errors.js';
import { escapeToOneLine } from '../domain/text.js';
import type { Trace } from '../domain/trace.js';

/**
 * Answer of the first of the project's running apps, newest first, that has one. Throws a UserError
 * (exit 1) with the newest app's reason when none has.
 */
export async function onLivingRun<T>(
  database: string,
  trace: Trace,
  ask: (control: RunControl) => Promise<T>,
): Promise<T> {
  let reason: ControlError | undefined;
  for (const { id } of livingRuns(database)) {
    const connection = await connectToRun(database, id);
    if (connection === undefined) continue;
    try {
      return await ask(connection);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      reason ??= error;
    } finally {
      connection.close();
    }
  }
  if (reason !== undefined) throw new UserError(reason.message, 1);
  const command = trace.app === undefined ? '<command>' : escapeToOneLine(trace.app.command);
  throw new UserError(
    `The app is not running under scooby, and only the app can reach its database. Start it and try again:  scooby run -- ${command}`,
    1,
  );
}

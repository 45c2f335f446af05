/** `scooby verify`: sends a request with findings again, and says whether they are gone. */

import type { Command } from 'commander';
import { SilentExit, UserError } from '../../domain/errors.js';
import { routeNameOf } from '../../domain/route.js';
import { parseSite } from '../../domain/site.js';
import { escapeToOneLine, terminalSafeJson } from '../../domain/text.js';
import { isUnit } from '../../domain/unit.js';
import { replay } from '../../feed/replay.js';
import { verify } from '../../feed/verify.js';
import { type Verification, verificationOf } from '../../insight/verify/verdicts.js';
import { StoreError, type StoreReader } from '../../store/store.js';
import { outputFormat, printDocument, printLines } from '../output.js';
import { sourceReaderOf } from '../print/source-reader.js';
import { verificationLines } from '../print/verification.js';
import { mayBeSent, type RunningApp, withRunningApp } from '../running-app.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';
import { type VerifySubject, verifySubject } from '../select/verify-subject.js';

type VerifyFlags = StoreFlags & { yes?: boolean };

/** Code where no verdict is possible: 0 and 1 are verdicts. */
const EXIT_UNCLEAR = 2;
/** Newest requests in which a unit is looked for. */
const MAX_NEWEST = 200;

/** Adds the command to the program. */
export function registerVerify(program: Command): void {
  const command = program
    .command('verify')
    .description('send a request with findings again, and say whether they are gone')
    .argument(
      '[subject...]',
      "a finding's id or its beginning, or a request as in show (default: the newest with findings)",
    )
    .option('-y, --yes', 'send a request again that is no GET, without asking')
    .option('--json', 'the verdicts as one JSON object; docs/prove.md describes it')
    .addHelpText(
      'after',
      `
The app has to run under scooby, with the fix in it. gone: not found any more, and the request was answered as before;
better: fewer calls or less time, but not gone; still there: at whatever line it is now. Without a verdict when the
answer is another (a login page has no N+1) or the loop had less to do than before.

Examples:
  scooby verify                    the newest request that has findings
  scooby verify /orders            the newest request of this URL or route that has findings
  scooby verify 9c1f03aa           this finding only; scooby top --by finding --json lists their ids (key)
  scooby verify /orders && git commit -am 'orders: one query'

Exit codes: 0 all gone; 1 still there, or better only; 2 no verdict: no such request, no running app, another answer.`,
    )
    .action((words: string[], flags: VerifyFlags) => verifyCommand(words.join(' ') || undefined, flags));
  addStoreOptions(command);
}

async function verifyCommand(wanted: string | undefined, flags: VerifyFlags): Promise<void> {
  const format = outputFormat(flags);
  const { subject, verification } = await verified(wanted, flags, format.now).catch(rejectSubject);
  if (flags.json) printDocument([terminalSafeJson(verification, 2)]);
  else printLines(verificationLines(subject.trace, verification, format), format);
  const { verdict } = verification;
  if (verdict !== 'gone') throw new SilentExit(verdict === 'unclear' ? EXIT_UNCLEAR : 1);
}

/** Rethrows with the exit code of no verdict: elsewhere 1 says that there is no such request, here that the finding is still there. */
export function rejectSubject(error: unknown): never {
  if (error instanceof StoreError || (error instanceof UserError && error.exitCode === 1))
    throw new UserError(error.message, EXIT_UNCLEAR);
  throw error;
}

function verified(wanted: string | undefined, flags: VerifyFlags, now: number) {
  return withStore(flags, async (store) => {
    const subject = await verifySubject(store, wanted, now);
    if (isUnit(subject.trace)) return { subject, verification: await verificationOfUnit(store, subject) };
    return withRunningApp(
      flags.db,
      async (app) => ({ subject, verification: await verificationOn(store, app, subject, flags) }),
      EXIT_UNCLEAR,
    );
  });
}

/** Verdicts on findings, by the running app. Throws a UserError (exit 2) where there are none. */
export async function verificationOn(
  store: StoreReader,
  { status }: RunningApp,
  { trace, findings }: VerifySubject,
  flags: Pick<VerifyFlags, 'yes'>,
): Promise<Verification> {
  if (!(await mayBeSent(trace, flags.yes === true)))
    throw new UserError('Nothing was sent, so there is no verdict.', EXIT_UNCLEAR);
  const access = {
    send: (request: VerifySubject['trace']) => replay(status.url, status.record, request),
    find: (id: string) => store.find(id),
  };
  const verification = await verify(trace, access, findings).catch((error: Error) => {
    throw new UserError(
      `${escapeToOneLine(`${trace.method} ${trace.url}: ${error.message}`)}.`,
      EXIT_UNCLEAR,
    );
  });
  const note = await staleNote(store, verification);
  return note === undefined ? verification : { ...verification, notes: [...verification.notes, note] };
}

/** Verdicts on a job, message or tick, which is not sent: by the newest one of its name. */
export async function verificationOfUnit(
  store: StoreReader,
  { trace, findings }: VerifySubject,
): Promise<Verification> {
  const { method, start } = trace;
  const name = routeNameOf(trace);
  const newest = (await store.recent({}, MAX_NEWEST)).find(
    (other) => other.method === method && routeNameOf(other) === name && other.state !== 'open',
  );
  const after = newest && newest.start > start ? await store.find(newest.id) : undefined;
  if (after === undefined)
    throw new UserError(
      `A ${method} cannot be sent again, and the newest ${escapeToOneLine(name)} is the one with the finding: let it run, then verify.`,
      EXIT_UNCLEAR,
    );
  const verification = verificationOf(trace, after, findings);
  return { ...verification, notes: [`a ${method} is not sent: this is the newest one that ran`] };
}

/** Note where the file of a finding that is still there is not the one that the app has loaded. */
async function staleNote(store: StoreReader, { findings, after }: Verification): Promise<string | undefined> {
  const trace = await store.find(after.id);
  const left = findings.filter(({ verdict }) => verdict === 'still there' || verdict === 'better');
  if (trace === undefined || left.length === 0) return undefined;
  const sources = await sourceReaderOf(store, trace);
  const changed = left.flatMap(({ site }) => {
    const position = parseSite(site);
    return position && sources.changeNote(position.file, position.line) ? position.file : [];
  });
  if (changed.length === 0) return undefined;
  return `${changed[0]} was changed after the app had loaded it: start the app again, then verify.`;
}

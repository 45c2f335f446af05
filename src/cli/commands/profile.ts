/** `scooby profile`: the functions that a request's time went to, by sending it to the running app. */

import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../domain/errors.js';
import { type ProfileWish, profileKindOf } from '../../domain/profile-wish.js';
import { isRoutePattern } from '../../domain/route-pattern.js';
import { escapeToOneLine, formatMs, terminalSafeJson } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import { outputFormat, printDocument, printLines, printRemark } from '../output.js';
import { profileLines } from '../print/profile.js';
import {
  addedUp,
  nextProfiled,
  type ProfileJob,
  profiledTrace,
  requestTo,
  sendProfiled,
} from '../profile/profile-request.js';
import { mayBeSent, withRunningApp } from '../running-app.js';
import { isAddress, parseAddressText } from '../select/address.js';
import { chooseRequest } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ProfileFlags = StoreFlags & {
  heap?: boolean;
  repeat?: number;
  next?: boolean;
  yes?: boolean;
};

const MAX_REPEAT = 500;

/** Adds the command to the program. */
export function registerProfile(program: Command): void {
  const command = program
    .command('profile')
    .description('profile one request of the running app: the functions and lines that its CPU time went to')
    .argument(
      '[request...]',
      'as in show: an id, a URL, a route (its newest request is sent again), last; or a URL never seen (default: last)',
    )
    .option('--heap', 'what it allocates, instead of its CPU time')
    .option('--repeat <n>', 'send it n times, and add the profiles up: for requests of a few ms', parseRepeat)
    .option('--next', 'wait for the next request of that URL or route, instead of sending one')
    .option('-y, --yes', 'send requests again that are no GET without asking')
    .option('--json', 'the profile as one JSON object; docs/trace.md describes it')
    .addHelpText(
      'after',
      `
The app has to run under scooby. Its profiler starts for this request only, which is held for a moment meanwhile.

Examples:
  scooby profile                          the newest request, sent again
  scooby profile /orders/7                this URL
  scooby profile 'GET /orders/:id'        the newest request of a route; where there is none, its next one
  scooby profile 5f0c9a4e --repeat 20     a request that was recorded, twenty times
  scooby profile 'POST /orders' --next    the next one that comes: its body is not recorded, so it cannot be sent
  curl -H 'X-Scooby-Profile: cpu' http://localhost:4000/orders

docs/profile.md says what is in a profile; scooby export writes it for other tools.

Exit codes: 0; 1 when there is no such request or no profile was taken; 2 wrong usage.`,
    )
    .action((words: string[], flags: ProfileFlags) => profile(words.join(' ') || 'last', flags));
  addStoreOptions(command);
}

function parseRepeat(text: string): number {
  const n = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (n < 1 || n > MAX_REPEAT) throw new InvalidArgumentError(`Write a number from 1 to ${MAX_REPEAT}.`);
  return n;
}

async function profile(wanted: string, flags: ProfileFlags): Promise<void> {
  if (flags.next && flags.repeat !== undefined)
    throw new UserError('--next waits for one request, so it cannot be combined with --repeat.');
  const wish: ProfileWish = flags.heap ? 'heap' : 'cpu';
  await withRunningApp(flags.db, async (app) => {
    const job: ProfileJob = { ...app, wish, withStore: (work) => withStore(flags, work) };
    print(await profiled(job, wanted, flags), wish, flags);
  });
}

async function profiled(job: ProfileJob, wanted: string, flags: ProfileFlags): Promise<Trace> {
  const trace = flags.next && isAddress(wanted) ? undefined : await recorded(job, wanted);
  const { method = trace?.method, address } = parseAddressText(wanted);
  const route = trace === undefined ? address : (trace.route ?? trace.url);
  const isSent = !flags.next && (trace !== undefined || !isRoutePattern(address));
  const subject = trace ?? requestTo(method ?? 'GET', address);
  if (!isSent || !(await mayBeSent(subject, flags.yes === true))) {
    const name = escapeToOneLine(method === undefined ? route : `${method} ${route}`);
    printRemark(`waiting for the next ${name} at ${job.status.url} …  (Ctrl-C ends it)`);
    const id = await nextProfiled(job, { pattern: route, ...(method !== undefined && { method }) });
    return profiledTrace(job, id);
  }
  return addedUp(job, await sendProfiled(job, subject, flags.repeat ?? 1));
}

/** The recorded request that is meant; undefined for a URL or route of which none is recorded. */
async function recorded(job: ProfileJob, wanted: string): Promise<Trace | undefined> {
  try {
    const trace = await job.withStore((store) => chooseRequest(store, wanted, Date.now()));
    if (isUnit(trace))
      throw new UserError(`A ${trace.method} cannot be sent again, and so not be profiled.`, 1);
    // A part of a URL finds longer ones, too: what is written is sent.
    const { address } = parseAddressText(wanted);
    const isOther =
      isAddress(wanted) && !isRoutePattern(address) && address.startsWith('/') && trace.url !== address;
    return isOther && trace.route !== address ? undefined : trace;
  } catch (error) {
    if (isAddress(wanted) && error instanceof UserError && error.exitCode === 1) return undefined;
    throw error;
  }
}

function print(trace: Trace, wish: ProfileWish, flags: ProfileFlags): void {
  const format = outputFormat(flags);
  const taken = trace.profiles![profileKindOf(wish)]!;
  if (flags.json) return printDocument([terminalSafeJson({ request: trace.id, ...taken }, 2)]);
  const { method, url, status, duration, id } = trace;
  const head = escapeToOneLine(`${method} ${url}`);
  const facts = [status, duration === undefined ? undefined : formatMs(duration), id];
  printLines(
    [
      `${format.style('bold', head)}  ${format.style('dim', facts.filter((fact) => fact !== undefined).join('  '))}`,
      '',
      ...profileLines(taken, format),
    ],
    format,
  );
}

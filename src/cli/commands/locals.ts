/** `scooby locals`: the variables of the functions that made a call, read while its request runs again. */

import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { localsOf } from '../../domain/locals.js';
import { escapeToOneLine, formatCount, sentence, terminalSafeJson } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import { replay } from '../../feed/replay.js';
import { untilStored } from '../../feed/until-stored.js';
import { indexOfSameCall } from '../../insight/calls/same-call.js';
import type { StoreReader } from '../../store/store.js';
import { outputFormat, printDocument, printLines, printRemark } from '../output.js';
import { localsLines } from '../print/locals.js';
import { sourceReaderOf } from '../print/source-reader.js';
import { mayBeSent, type RunningApp, withRunningApp } from '../running-app.js';
import { chooseRequest } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';
import { type ChosenCall, chooseCall } from './explain.js';

type LocalsFlags = StoreFlags & { yes?: boolean };

/** Adds the command to the program. */
export function registerLocals(program: Command): void {
  const command = program
    .command('locals')
    .description(
      'show the variables of the functions that made a call: its request is sent again, and looked into',
    )
    .argument('[request]', 'as in show: an id, a URL or a route, last', 'last')
    .argument('[call]', 'number of the call, as in show, or a fingerprint (default: the slowest query)')
    .option('-y, --yes', 'send a request again that is no GET, without asking')
    .option('--json', 'the variables as one JSON object; docs/locals.md describes it')
    .addHelpText(
      'after',
      `
The app has to run under scooby. Its request is sent again with a debugger on in the app's process, which stops it for
about a ms at each of the request's calls near this one: no getter is called, no proxy is asked, secrets are masked, and
the app goes on by itself. Functions that await something else have no variables to be read.

Examples:
  scooby locals                     the slowest query of the newest request
  scooby locals 5f0c9a4e 3          call 3 of scooby show 5f0c9a4e
  scooby locals 'GET /orders/:id' 7
  scooby locals last 3 --json | jq .frames

Exit codes: 0; 1 when there is no such call, nothing runs or nothing was read; 2 wrong usage.`,
    )
    .action(locals);
  addStoreOptions(command);
}

async function locals(wanted: string, number: string | undefined, flags: LocalsFlags): Promise<void> {
  await withStore(flags, async (store) => {
    const trace = await chooseRequest(store, wanted, Date.now());
    if (isUnit(trace)) throw new UserError(`A ${trace.method} cannot be sent again.`, 1);
    const call = chooseCall(trace, number);
    const after = await withRunningApp(flags.db, (app) => lookedInto(app, store, call, flags));
    await print(store, call, after, flags);
  });
}

/** The request that was sent again, stored with what was read. */
async function lookedInto(
  { status }: RunningApp,
  store: StoreReader,
  { trace, index }: ChosenCall,
  flags: LocalsFlags,
): Promise<Trace> {
  if (!(await mayBeSent(trace, flags.yes === true))) throw new UserError('Nothing was sent.', 1);
  const name = escapeToOneLine(`${trace.method} ${trace.url}`);
  printRemark(`sending ${name} again with a debugger on in the app: it stops for about a ms at each call …`);
  const wish = `locals:${index}`;
  try {
    const { id } = await replay(status.url, status.record, trace, trace.url, wish);
    if (id === undefined) throw new Error('the request was answered, but not recorded');
    return await untilStored(id, (wanted) => store.find(wanted));
  } catch (error) {
    throw new UserError(`${name}: ${(error as Error).message}.`, 1);
  }
}

async function print(
  store: StoreReader,
  before: ChosenCall,
  after: Trace,
  flags: LocalsFlags,
): Promise<void> {
  const { index, span } = before;
  const found = indexOfSameCall(before.trace, index, after);
  const read = found < 0 ? [] : localsOf(after.spans[found]!);
  if (read.length === 0) throw new UserError(reasonOf(after, found), 1);
  if (flags.json) {
    const frames = read.map(({ frame, variables }) => ({
      ...frame,
      variables: Object.fromEntries(variables),
    }));
    return printDocument([terminalSafeJson({ request: after.id, call: found + 1, frames }, 2)]);
  }
  const format = outputFormat(flags);
  const head = `call ${found + 1} of ${after.id.slice(0, 8)}  ${escapeToOneLine(span.shape.text)}`;
  const code = await sourceReaderOf(store, after);
  printLines([format.style('bold', head), ...localsLines(read, { code }, format)], format);
}

function reasonOf({ notes = [], spans, id }: Trace, found: number): string {
  const note = notes.find((text) => text.includes('locals'));
  if (note !== undefined) return sentence(escapeToOneLine(note));
  if (found < 0)
    return `The request that was sent again (${id.slice(0, 8)}) made ${formatCount(spans.length, 'call')}, and not this one.`;
  return 'No function of the app was running when this call was made: it only awaited it, or it was made by a library later on.';
}

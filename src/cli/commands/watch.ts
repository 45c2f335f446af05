/** `scooby watch`: sends a request again after every restart of the app, and prints what changed. */

import type { Command } from 'commander';
import { connectToRun, type RunControl } from '../../control/client.js';
import { SilentExit, UserError } from '../../domain/errors.js';
import { findingWord } from '../../domain/finding-kinds.js';
import { escapeToOneLine, readableUrl, terminalSafeJson } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import { replay } from '../../feed/replay.js';
import { type WatchAccess, watchRestarts } from '../../feed/watch.js';
import { requestSummary, VERDICT_ROLES, watchSummary } from '../../insight/verify/summary.js';
import { requestFigures, type Verification } from '../../insight/verify/verdicts.js';
import { databasePath } from '../../store/location.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { outputFormat, printDocument, printLines, printRemark } from '../output.js';
import { mayBeSent } from '../running-app.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';
import { verifySubject } from '../select/verify-subject.js';
import { rejectSubject } from './verify.js';

type WatchFlags = StoreFlags & { yes?: boolean };

/** Adds the command to the program. */
export function registerWatch(program: Command): void {
  const command = program
    .command('watch')
    .description('send a request again after every restart of the app, and print what changed')
    .argument(
      '<request...>',
      "a URL, a route, an id, last, or a finding's id: what it was is what is compared with",
    )
    .option('-y, --yes', 'send a request again that is no GET, without asking')
    .option('--json', 'one JSON object a line, as scooby verify --json has it')
    .addHelpText(
      'after',
      `
For apps that start again when a file is saved: under nodemon, node --watch, tsx watch, or by ctrl-r in the browser.
Every line compares with the request as it was when the watch began. Ctrl-C ends it; a run that ends is waited for.

Examples:
  scooby run -- npx nodemon app.js       in one terminal
  scooby watch /orders                   in another: queries 52 → 3, 85ms → 22ms  N+1 gone
  scooby watch 'GET /orders/:id'         the newest request of a route
  scooby watch last --json | jq .verdict

Exit codes: 0 when it is ended; 2 no such request, or wrong usage.`,
    )
    .action((words: string[], flags: WatchFlags) => watchCommand(words.join(' '), flags));
  addStoreOptions(command);
}

async function watchCommand(wanted: string, flags: WatchFlags): Promise<void> {
  const format = outputFormat(flags);
  const { trace } = await withStore(flags, (store) => verifySubject(store, wanted, format.now, true)).catch(
    rejectSubject,
  );
  const head = escapeToOneLine(`${trace.method} ${readableUrl(trace.url)}`);
  if (isUnit(trace)) throw new UserError(`A ${trace.method} cannot be sent again, and so not be watched.`);
  if (!(await mayBeSent(trace, flags.yes === true))) throw new SilentExit(2);
  const figures = requestFigures(trace);
  const kinds = trace.findings.map(({ kind }) => findingWord(kind));
  const now = [requestSummary(figures, figures).replace(/ → [^,]+/g, ''), ...new Set(kinds)].join(', ');
  printRemark(`watching ${head}: ${now}; waiting for the app to be started again …  (Ctrl-C ends it)`);
  const ended = new AbortController();
  process.once('SIGINT', () => ended.abort());
  process.once('SIGTERM', () => ended.abort());
  const { access, close } = accessOf(flags);
  await watchRestarts(
    trace,
    access,
    {
      compared: (verification) => print(verification, flags, format),
      failed: (message) => printRemark(`${clock()}  ${head}: ${message}`),
    },
    ended.signal,
  );
  close();
}

/** The newest run, connected to again when it has ended. */
function accessOf(flags: WatchFlags): { access: WatchAccess; close(): void } {
  const database = databasePath(flags.db, process.cwd());
  let control: RunControl | undefined;
  const connected = async () => {
    if (control === undefined) {
      control = await connectToRun(database);
      control?.onClose(() => {
        control = undefined;
      });
    }
    return control;
  };
  const access: WatchAccess = {
    status: async () => (await connected())?.status(),
    async send(trace: Trace) {
      const status = await (await connected())?.status();
      if (status?.url === undefined) throw new Error('the app listens on no port so far');
      return replay(status.url, status.record, trace);
    },
    find: (id) => withStore(flags, (store) => store.find(id)),
  };
  return { access, close: () => control?.close() };
}

function print(verification: Verification, flags: WatchFlags, format: OutputFormat): void {
  if (flags.json) return printDocument([terminalSafeJson(verification)]);
  const { verdict, findings, notes } = verification;
  const role = findings.length === 0 ? 'bold' : VERDICT_ROLES[verdict];
  const lines = [`${format.style('dim', clock())}  ${format.style(role, watchSummary(verification))}`];
  printLines([...lines, ...notes.map((note) => `          ${format.style('dim', note)}`)], format);
}

function clock(): string {
  return new Date().toTimeString().slice(0, 8);
}

/** `scooby explain`: the plan of a recorded statement, as the database of the running app makes it. */

import type { Command } from 'commander';
import { ControlError, connectToRun, livingRuns } from '../../control/client.js';
import { UserError } from '../../domain/errors.js';
import { escapeToOneLine, formatMs, terminalSafeJson } from '../../domain/text.js';
import type { Span, Trace } from '../../domain/trace.js';
import type { ExplainOptions, StatementPlan } from '../../explain/explain-request.js';
import { databasePath } from '../../store/location.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { dedentText, wrapText } from '../../terminal/wrap.js';
import { outputFormat, printLines } from '../output.js';
import { chooseRequest } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ExplainFlags = StoreFlags & Partial<ExplainOptions>;

/** A call of a request: its place among the calls, from 0. */
interface Chosen {
  trace: Trace;
  index: number;
  span: Span;
}

/** Adds the command to the program. */
export function registerExplain(program: Command): void {
  const command = program
    .command('explain')
    .description("the plan of a query, asked of the running app's own database")
    .argument('<id>', 'the request, as for show: its id or the beginning of it, last, -1, -2')
    .argument('[n]', 'the number of the call in scooby show, or a fingerprint (default: the slowest query)')
    .option('--analyze', 'run the query and tell what it really did; only what reads and locks nothing')
    .option('--nulls', 'take NULL for values that were not recorded')
    .option('--json', 'the plan, and what stands out in it, as one JSON object')
    .addHelpText(
      'after',
      `
The app has to run under scooby: it is asked to explain the query on a connection of its own pool, in a read-only
transaction that is rolled back, within 5 s. PostgreSQL, MySQL and MariaDB; docs/libraries.md has the drivers.

Examples:
  scooby explain last                 the slowest query of the newest request
  scooby explain 5f0c9a4e 3           call 3 of scooby show 5f0c9a4e
  scooby explain last 3 --analyze     run it again, and compare the estimates with the facts
  scooby explain last --json | jq .remarks

Exit codes: 0; 1 when there is no such request or no plan to be had; 2 wrong usage.`,
    )
    .action(explain);
  addStoreOptions(command);
}

async function explain(id: string, n: string | undefined, flags: ExplainFlags): Promise<void> {
  const format = outputFormat(flags);
  const chosen = await withStore(flags, (store) => chooseCall(chooseRequest(store, id, format.now), n));
  const plan = await planOf(databasePath(flags.db, process.cwd()), chosen, flags);
  const { trace, index } = chosen;
  if (flags.json) printLines([terminalSafeJson({ request: trace.id, call: index + 1, ...plan }, 2)]);
  else printLines(linesOf(chosen, plan, format));
}

/** Answers the call that is meant; throws a UserError when there is none. */
export function chooseCall(trace: Trace, wanted: string | undefined): Chosen {
  const queries = [...trace.spans.entries()]
    .filter(([, { kind }]) => kind === 'sql')
    .sort(([, a], [, b]) => (b.duration ?? Infinity) - (a.duration ?? Infinity));
  if (wanted === undefined) {
    const [slowest] = queries;
    if (slowest === undefined) throw new UserError('This request made no query.', 1);
    return { trace, index: slowest[0], span: slowest[1] };
  }
  const number = /^\d{1,6}$/.test(wanted) ? Number(wanted) : 0;
  const span = trace.spans[number - 1];
  if (span !== undefined) return { trace, index: number - 1, span };
  const like = /^[\da-f]{4,16}$/.test(wanted)
    ? queries.find(([, { shape }]) => shape.statement?.id.startsWith(wanted))
    : undefined;
  if (like !== undefined) return { trace, index: like[0], span: like[1] };
  const calls = trace.spans.length === 0 ? 'it made no calls' : `it made ${trace.spans.length}`;
  throw new UserError(
    `The request has no call "${escapeToOneLine(wanted)}": ${calls}. See their numbers:  scooby show ${trace.id.slice(0, 8)}`,
    1,
  );
}

/** Asks the runs that record here, newest first, until one has a plan. */
async function planOf(
  database: string,
  { trace, index }: Chosen,
  flags: ExplainFlags,
): Promise<StatementPlan> {
  let reason: ControlError | undefined;
  const wish = { analyze: flags.analyze === true, nulls: flags.nulls === true };
  for (const { id } of livingRuns(database)) {
    const control = await connectToRun(database, id);
    if (control === undefined) continue;
    try {
      return await control.explain(trace.id, index, wish);
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      reason ??= error;
    } finally {
      control.close();
    }
  }
  if (reason !== undefined) throw new UserError(reason.message, 1);
  const was = trace.app === undefined ? '<command>' : escapeToOneLine(trace.app.command);
  throw new UserError(
    `The app is not running under scooby, and only it knows its database. Start it, and ask again:  scooby run -- ${was}`,
    1,
  );
}

function linesOf(
  { trace, index, span }: Chosen,
  plan: StatementPlan,
  { style, width }: OutputFormat,
): string[] {
  const room = width - 2;
  const took = span.duration === undefined ? '' : `  took ${formatMs(span.duration)}`;
  const head = `${style('bold', escapeToOneLine(`${trace.method} ${trace.url}`))}  ${style('dim', `call ${index + 1}${took}`)}`;
  const statement = dedentText(plan.statement).flatMap((line) => wrapText(line, room));
  const section = (lines: string[]) => (lines.length === 0 ? [] : ['', ...lines.map((line) => `  ${line}`)]);
  return [
    head,
    ...section(statement),
    ...section([
      style('dim', `${cleanText(plan.asked)} by ${cleanText(plan.server)}`),
      ...plan.plan.map((line) => cleanText(line)),
    ]),
    ...plan.remarks.flatMap(({ kind, text }) =>
      section([style('warn', kind.toUpperCase()), ...wrapText(cleanText(text), room, '')]),
    ),
    ...(plan.remarks.length === 0 ? section(['Nothing stands out in it.']) : []),
    ...section(
      plan.notes.flatMap((note) => wrapText(cleanText(note), room, '')).map((line) => style('dim', line)),
    ),
  ];
}

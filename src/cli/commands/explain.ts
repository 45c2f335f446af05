/** `scooby explain`: the plan of a recorded statement, from the database of the running app. */

import type { Command } from 'commander';
import { UserError } from '../../domain/errors.js';
import { escapeToOneLine, formatMs, readableUrl, terminalSafeJson } from '../../domain/text.js';
import type { Span, Trace } from '../../domain/trace.js';
import type { ExplainOptions, StatementPlan } from '../../explain/explain-request.js';
import { databasePath } from '../../store/location.js';
import { cleanText } from '../../terminal/cells.js';
import type { OutputFormat } from '../../terminal/output-format.js';
import { dedentText, wrapText } from '../../terminal/wrap.js';
import { onLivingRun } from '../on-living-run.js';
import { outputFormat, printDocument, printLines } from '../output.js';
import { chooseRequest } from '../select/request.js';
import { addStoreOptions, type StoreFlags, withStore } from '../select/store-options.js';

type ExplainFlags = StoreFlags & Partial<ExplainOptions>;

/** A call of a request; `index` is its position in the trace's spans, from 0. */
export interface ChosenCall {
  trace: Trace;
  index: number;
  span: Span;
}

/** Adds the command to the program. */
export function registerExplain(program: Command): void {
  const command = program
    .command('explain')
    .description("show the plan of a query, from the running app's own database")
    .argument('[request]', 'as in show: an id or its beginning, a URL, a route, last, -2 (default: last)')
    .argument(
      '[n]',
      "number of the call in scooby show, or a statement's fingerprint (default: the slowest query)",
    )
    .option(
      '--analyze',
      'run the query and show actual rows and times; only for queries that neither write nor lock',
    )
    .option('--nulls', 'use NULL for values that were not recorded')
    .option('--json', 'the plan and the remarks on it as one JSON object')
    .addHelpText(
      'after',
      `
The app has to run under scooby: it explains the query on a connection of its own pool, in a read-only transaction that
is rolled back, within 5 s: PostgreSQL, MySQL and MariaDB. SQLite is asked for its plan alone on the app's own handle,
and has no --analyze. docs/libraries.md lists the drivers.

Examples:
  scooby explain last                 the slowest query of the newest request
  scooby explain 5f0c9a4e 3           call 3 of scooby show 5f0c9a4e
  scooby explain last 3 --analyze     run it again and compare the estimates with the actual numbers
  scooby explain last --json | jq .remarks

Exit codes: 0; 1 when there is no such request or no plan is available; 2 wrong usage.`,
    )
    .action(explain);
  addStoreOptions(command);
}

async function explain(id = 'last', n: string | undefined, flags: ExplainFlags): Promise<void> {
  const format = outputFormat(flags);
  const call = await withStore(flags, async (store) =>
    chooseCall(await chooseRequest(store, id, format.now), n),
  );
  const plan = await planOfCall(databasePath(flags.db, process.cwd()), call, flags);
  const { trace, index } = call;
  if (flags.json) printDocument([terminalSafeJson({ request: trace.id, call: index + 1, ...plan }, 2)]);
  else printLines(planLines(call, plan, format), format);
}

/**
 * Call with number `wanted` (from 1) or with that fingerprint; the slowest query by default.
 * Throws a UserError (exit 1) when there is none.
 */
export function chooseCall(trace: Trace, wanted: string | undefined): ChosenCall {
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
  const byFingerprint = /^[\da-f]{4,16}$/.test(wanted)
    ? queries.find(([, { shape }]) => shape.statement?.id.startsWith(wanted))
    : undefined;
  if (byFingerprint !== undefined) return { trace, index: byFingerprint[0], span: byFingerprint[1] };
  const calls = trace.spans.length === 0 ? 'it made no calls' : `it made ${trace.spans.length}`;
  throw new UserError(
    `The request has no call "${escapeToOneLine(wanted)}": ${calls}. See their numbers:  scooby show ${trace.id.slice(0, 8)}`,
    1,
  );
}

/** Plan of a call, from the first of the project's running apps that can explain it; see `onLivingRun`. */
export function planOfCall(
  database: string,
  { trace, index }: ChosenCall,
  flags: Partial<ExplainOptions>,
): Promise<StatementPlan> {
  const options = { analyze: flags.analyze === true, nulls: flags.nulls === true };
  return onLivingRun(database, trace, (control) => control.explain(trace, index, options));
}

/** The call and its plan, as text. */
export function planLines(
  { trace, index, span }: ChosenCall,
  plan: StatementPlan,
  { style, width }: OutputFormat,
): string[] {
  const room = width - 2;
  const took = span.duration === undefined ? '' : `  took ${formatMs(span.duration)}`;
  const head = `${style('bold', escapeToOneLine(`${trace.method} ${readableUrl(trace.url)}`))}  ${style('dim', `call ${index + 1}${took}`)}`;
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
    ...(plan.remarks.length === 0 ? section(['No problem stands out in this plan.']) : []),
    ...section(
      plan.notes.flatMap((note) => wrapText(cleanText(note), room, '')).map((line) => style('dim', line)),
    ),
  ];
}

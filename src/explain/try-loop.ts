/**
 * Trials of loops: the one statement that would replace the calls is run once, and its rows are
 * compared with those of the calls, in one read-only transaction of the app's own database.
 */

import type { AppConnection } from '../collector/link-server.js';
import { unionMs } from '../domain/intervals.js';
import type { Dialect, Planner } from '../domain/library.js';
import type { DigestedRows } from '../domain/link.js';
import { formatCount } from '../domain/text.js';
import type { Span, Trace } from '../domain/trace.js';
import { roundToMicros } from '../domain/trace.js';
import { dialectOf, importRefusal, plannerNameOf } from '../insight/libraries.js';
import { type CallRows, compareRows } from '../insight/rewrite/compare-rows.js';
import { lengthRefusal } from '../insight/rewrite/finding-loops.js';
import { keyTextsOf } from '../insight/rewrite/key-text.js';
import { loopRefusal } from '../insight/rewrite/refusal.js';
import { distinctCalls, replacementsOf } from '../insight/rewrite/replacement.js';
import { SqlWriter } from '../insight/rewrite/sql-writer.js';
import { type SlotValue, type Template, templateOf } from '../insight/rewrite/template.js';
import type { Replacement } from '../insight/rewrite/types.js';
import { renderStatement } from '../insight/sql/render.js';
import { type AppQuery, onApp, queryFailure } from './app-query.js';
import type { LoopTrial, TrialOptions, TrialServer, TrialServerOf } from './loop-trial.js';
import { falsePlaceholderRefusal } from './mysql-escapes.js';
import { mysqlTrialServer } from './mysql-trial.js';
import { postgresTrialServer } from './postgres-trial.js';
import { type QueryChannel, QueryError } from './query-channel.js';
import { sqliteTrialServer } from './sqlite-trial.js';

const SERVERS: Record<Planner, TrialServerOf> = {
  postgres: postgresTrialServer,
  mysql: mysqlTrialServer,
  sqlite: sqliteTrialServer,
};

/** Calls of the loop that are run again, and the ms that they may have taken together. */
const MAX_COMPARED = 100;
const MAX_COMPARED_MS = 2000;
/** Statements that are tried one after the other, until one has the same rows. */
const MAX_TRIED = 3;

/**
 * Tries the statement that would replace calls of a trace, which may have no others. Rejects with an Error whose message says
 * why there is none, or why it is not run.
 */
export async function tryLoop(
  { trace, spans, given }: { trace: Trace; spans: Span[]; given: TrialOptions['given'] },
  queryChannel: QueryChannel,
  connections: AppConnection[],
): Promise<LoopTrial> {
  const [span] = spans;
  if (span === undefined) throw new Error('There is no such call any more.');
  if (span.kind !== 'sql') throw new Error(`This is no SQL but a call of the kind ${span.kind}.`);
  const dialect = dialectOf(trace, span.library);
  const serverOf = trialServerOf(trace, span.library);
  const template = templateOf(spans, dialect, given);
  const refusal = loopRefusal(template) ?? valuesRefusal(template) ?? driverRefusal(spans, dialect);
  if (refusal !== undefined) throw new Error(refusal);
  const { result, note } = await onApp({ trace, span, queryChannel, connections }, async (query) => {
    const server = await serverOf(query, template);
    if (server.refusal !== undefined) throw new Error(server.refusal);
    try {
      return await trialOn(server.query ?? query, server, template, spans);
    } finally {
      await server.close?.();
    }
  });
  return note === undefined ? result : { ...result, notes: [...result.notes, note] };
}

function trialServerOf(trace: Trace, library: string): TrialServerOf {
  const planner = plannerNameOf(trace, library);
  if (planner !== undefined) return SERVERS[planner];
  throw new Error(
    importRefusal(trace, library) ??
      `Statements cannot be tried through ${library}; docs/libraries.md has the libraries with plans, which can.`,
  );
}

/** Reason why the values do not make a statement: masked, all the same, or too many. */
function valuesRefusal({ calls, varying, others }: Template): string | undefined {
  const lost = new Map(
    calls.flatMap((call) => call.filter(({ loss }) => loss).map(({ name }) => [name, call])),
  );
  if (lost.size > 0) {
    const names = [...lost.keys()].slice(0, 3).join(', ');
    return `${names} was masked, or too long to be recorded whole. Where it is the same in all calls, say it: --value '${[...lost.keys()][0]}=…'`;
  }
  if (varying.size === 0 && others > 0)
    return 'Each call has another form: what varies is no value but a table, a column, or a word such as TRUE.';
  if (varying.size === 0) return 'All calls ask for the same, so one of them is enough.';
  return lengthRefusal(calls);
}

/** Reason why the driver would not send the statements as they are. */
function driverRefusal(spans: Span[], dialect: Dialect): string | undefined {
  if (dialect !== 'mysql') return undefined;
  return falsePlaceholderRefusal(
    spans.map(({ name }) => name),
    spans[0]!.library,
  );
}

async function trialOn(
  query: AppQuery,
  server: TrialServer,
  template: Template,
  spans: Span[],
): Promise<LoopTrial> {
  const replacements = replacementsOf(template, server.facts).slice(0, MAX_TRIED);
  if (replacements.length === 0)
    throw new Error(
      `No single statement of ${server.name} is known that has the rows of this loop: what varies stands in its LIMIT, in a table of its own, or in a query that counts over all.`,
    );
  let best: LoopTrial | undefined;
  let reason: unknown;
  for (const replacement of replacements) {
    try {
      const trial = await run(query, server, template, spans, replacement);
      if (trial.comparison.same !== false) return trial;
      best ??= trial;
    } catch (error) {
      if (!(error instanceof QueryError) || error.trouble !== 'refused') throw error;
      reason ??= new Error(`${queryFailure(error, spans[0]!.library)}. It was asked: ${replacement.sql}`);
    }
  }
  if (best) return best;
  throw reason;
}

async function run(
  query: AppQuery,
  { name, surrounding }: TrialServer,
  template: Template,
  allSpans: Span[],
  replacement: Replacement,
): Promise<LoopTrial> {
  // What the statement does not replace is none of its figures.
  const spans = template.members.map((index) => allSpans[index]!);
  const calls = distinctCalls(template);
  const compared = calls.slice(0, comparedCount(calls.length, spans));
  const { keys, added, sql, values } = replacement;
  const results = await query(
    surrounding,
    { sql, values, digest: { keys, added } },
    ...compared.map((call) => ({ ...statementOf(template, call), digest: { keys: [], added: 0 } })),
  );
  const [one, ...again] = results.map(([digested]) => digested as unknown as DigestedRows) as [
    DigestedRows,
    ...DigestedRows[],
  ];
  const keyTexts = keyTextsOf(template);
  const callRows = again.map((rows, n): CallRows => ({ rows, key: keyTexts(compared[n]!) }));
  const isSample = compared.length < calls.length;
  const ms = again.reduce((sum, rows) => sum + rows.ms, 0);
  return {
    kind: replacement.kind,
    statement: sql,
    values,
    script: scriptOf(template.dialect, replacement),
    server: name,
    loop: loopFigures(spans),
    one: { ms: roundToMicros(one.ms), rows: one.rows.length },
    again: { calls: again.length, ms: roundToMicros(ms) },
    comparison: compareRows(one, callRows, replacement, isSample),
    notes: notesOf(template, calls, compared, spans, again),
  };
}

/** As many calls as may be run again within the time limit. */
function comparedCount(count: number, spans: Span[]): number {
  const each = spans.reduce((sum, { duration = 0 }) => sum + duration, 0) / spans.length;
  return Math.max(1, Math.min(count, MAX_COMPARED, Math.floor(MAX_COMPARED_MS / Math.max(each, 0.01))));
}

function statementOf({ dialect, terms }: Template, call: SlotValue[]): { sql: string; values: unknown[] } {
  const writer = new SqlWriter(dialect).terms(terms, call);
  return { sql: writer.sql, values: writer.values };
}

function scriptOf(dialect: Dialect, { sql, values }: Replacement): string {
  return renderStatement(sql, dialect, values.map(recordedForm)).sql;
}

// As the agent records them: bytes have a text of their own.
function recordedForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(recordedForm);
  if (typeof value !== 'object' || value === null || !('bytes' in value)) return value;
  const digits = String(value.bytes);
  return `<${digits.length / 2} bytes ${digits}>`;
}

// Calls at the same time count once: what the page waited for them.
function loopFigures(spans: Span[]): LoopTrial['loop'] {
  const ms = unionMs(spans.map(({ start, duration = 0 }) => ({ start, end: start + duration })));
  const rows = spans.every((span) => span.rows !== undefined)
    ? spans.reduce((sum, span) => sum + span.rows!, 0)
    : undefined;
  return { calls: spans.length, ms: roundToMicros(ms), ...(rows !== undefined && { rows }) };
}

function notesOf(
  { calls: all, others }: Template,
  calls: SlotValue[][],
  compared: SlotValue[][],
  spans: Span[],
  again: DigestedRows[],
): string[] {
  const changed = again.filter((rows, n) => {
    const span = spans[all.indexOf(compared[n]!)];
    return span?.rows !== undefined && span.rows !== rows.rows.length;
  });
  return [
    ...(calls.length < all.length ? [`${all.length} calls asked for ${calls.length} different values.`] : []),
    ...(compared.length < calls.length
      ? [`The rows of the first ${compared.length} of ${calls.length} values were compared.`]
      : []),
    ...(others > 0
      ? [
          `${formatCount(others, 'call')} of another form, such as IS NULL or a list of another length, ${others === 1 ? 'is' : 'are'} not in it.`,
        ]
      : []),
    ...(changed.length > 0
      ? [
          `${changed.length} of the calls ${changed.length === 1 ? 'has' : 'have'} another number of rows now than when they were recorded.`,
        ]
      : []),
  ];
}

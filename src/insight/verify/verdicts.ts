/** Verdicts on the findings of a request that was sent again: gone, better, still there, or unclear. */

import { findingWord } from '../../domain/finding-kinds.js';
import { isFailed, queriesOf, statusTextOf } from '../../domain/request.js';
import { formatCount } from '../../domain/text.js';
import { type Finding, roundToMicros, type Trace } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import { feedingRows, hasFewerRows } from './feeding-rows.js';

/** `unclear`: what was answered cannot be compared, or the loop had too few rows to show itself. */
export type FindingVerdict = 'gone' | 'better' | 'still there' | 'unclear';

/** What a finding's calls were. */
export interface FindingFigures {
  calls: number;
  ms: number;
}

/** What a whole request was. */
export interface RequestFigures {
  id: string;
  status: string;
  queries: number;
  ms?: number;
}

/** A finding and what became of it. */
export interface VerifiedFinding
  extends Pick<Finding, 'id' | 'kind' | 'severity' | 'message' | 'site' | 'function'> {
  verdict: FindingVerdict;
  before: FindingFigures;
  /** Missing where neither the finding nor a call of its statements is left. */
  after?: FindingFigures;
  /** What the verdict rests on, where the figures do not say it. */
  note?: string;
}

/** Outcome for a request: the verdict is that of its worst finding. */
export interface Verification {
  verdict: FindingVerdict;
  before: RequestFigures;
  after: RequestFigures;
  findings: VerifiedFinding[];
  /** Findings that the request did not have before. */
  new: Finding[];
  notes: string[];
}

const WORST_FIRST: FindingVerdict[] = ['still there', 'unclear', 'better', 'gone'];
/** A finding takes less time from this share on; what is above varies from request to request. */
const LESS_TIME = 0.8;
/** Kinds that are about how often, rather than how long. */
const COUNTED = /^(?:n\+1|duplicate|same-query)/;
/** Kinds that a request without an error is without. */
const OF_ERRORS = /^(?:thrown|swallowed-error)$/;

/**
 * Compares a request with its replay; `findings` of the request are verified, all by default. `without`: parts that
 * the replay went without, as `replayableHeaders` names them.
 */
export function verificationOf(
  before: Trace,
  after: Trace,
  findings = before.findings,
  without: string[] = [],
): Verification {
  const obstacle = obstacleOf(before, after);
  const counterparts = new Set<Finding>();
  const verified = findings.map((finding): VerifiedFinding => {
    const { id, kind, severity, message, site, function: name } = finding;
    const facts = { id, kind, severity, message, ...(site && { site }), ...(name && { function: name }) };
    const figures = figuresOf(finding);
    if (obstacle !== undefined && !(OF_ERRORS.test(kind) && !isFailed(after)))
      return { ...facts, verdict: 'unclear', before: figures, note: obstacle };
    const counterpart = counterpartOf(finding, before, after);
    if (counterpart) counterparts.add(counterpart);
    const hadWork = !without.includes('its body') || asksTablesOf(finding, before, after);
    return { ...facts, before: figures, ...judged(finding, counterpart, before, after, hadWork) };
  });
  const known = new Set(before.findings.map(({ id }) => id));
  return {
    verdict: WORST_FIRST.find((verdict) => verified.some((each) => each.verdict === verdict)) ?? 'gone',
    before: requestFigures(before),
    after: requestFigures(after),
    findings: verified,
    new: after.findings.filter((finding) => !known.has(finding.id) && !counterparts.has(finding)),
    notes: [],
  };
}

/** Figures of a whole request. */
export function requestFigures(trace: Trace): RequestFigures {
  const { id, duration } = trace;
  const ms = duration === undefined ? {} : { ms: duration };
  return { id, status: statusTextOf(trace), queries: queriesOf(trace), ...ms };
}

function figuresOf({ spans, ms }: Finding): FindingFigures {
  return { calls: spans.length, ms };
}

// A login page has no N+1, nor has an error: neither shows that something was mended.
function obstacleOf(before: Trace, after: Trace): string | undefined {
  const family = ({ status = 0 }: Trace) => Math.floor(status / 100);
  if (after.state === 'died') return 'the app died while it answered';
  const isOfUnit = isUnit(before) && isFailed(before) !== isFailed(after);
  if (family(before) !== family(after) || after.aborted || isOfUnit)
    return `it ${isOfUnit ? 'is' : 'was answered'} ${statusTextOf(after)} now, and ${statusTextOf(before)} before`;
  if (after.dropped) return 'not every call of the new request was recorded';
  return undefined;
}

/**
 * The finding itself, or the same trouble under another id: the same statements in a loop of another
 * kind, function or file.
 */
function counterpartOf(finding: Finding, before: Trace, after: Trace): Finding | undefined {
  const same = after.findings.find(({ id }) => id === finding.id);
  if (same) return same;
  const known = new Set(before.findings.map(({ id }) => id));
  const shapes = shapesOf(finding, before);
  const family = familyOf(finding.kind);
  return after.findings.find(
    (other) =>
      !known.has(other.id) &&
      familyOf(other.kind) === family &&
      [...shapesOf(other, after)].some((shape) => shapes.has(shape)),
  );
}

function familyOf(kind: string): string {
  return kind.startsWith('n+1') ? 'n+1' : kind;
}

function shapesOf({ spans }: Finding, trace: Trace): Set<string> {
  return new Set(spans.flatMap((index) => trace.spans[index]?.shape.text ?? []));
}

type Judged = Pick<VerifiedFinding, 'verdict' | 'after' | 'note'>;

function judged(
  finding: Finding,
  counterpart: Finding | undefined,
  before: Trace,
  after: Trace,
  hadWork: boolean,
): Judged {
  const counted = COUNTED.test(finding.kind);
  const rows = counted ? feedingRows(finding, before, after) : undefined;
  if (counterpart) return stillJudged(finding, counterpart, rows && hasFewerRows(rows) ? rows : undefined);
  if (!counted) return { verdict: 'gone' };
  if (rows && hasFewerRows(rows))
    return {
      verdict: 'unclear',
      note: `the query before the loop returned ${formatCount(rows.after, 'row')} now, and ${rows.before} before`,
    };
  // A body may be what the loop works through: without it there is nothing to ask for.
  if (!hadWork)
    return { verdict: 'unclear', note: 'it was sent without its body, and asked for nothing of it' };
  const left = repeatedCalls(finding, before, after);
  return left === undefined
    ? { verdict: 'gone' }
    : { verdict: 'better', after: left, note: 'so few are no finding' };
}

function stillJudged(
  finding: Finding,
  counterpart: Finding,
  fewer: { before: number; after: number } | undefined,
): Judged {
  const [was, is] = [figuresOf(finding), figuresOf(counterpart)];
  const isBetter = COUNTED.test(finding.kind) ? is.calls < was.calls : is.ms <= was.ms * LESS_TIME;
  const where = counterpart.site !== undefined && counterpart.site !== finding.site;
  const notes = [
    ...(counterpart.kind === finding.kind ? [] : [`it is ${findingWord(counterpart.kind)} now`]),
    ...(where ? [`at ${counterpart.site}`] : []),
    ...(fewer ? [`the query before the loop returned ${fewer.after} rows, ${fewer.before} before`] : []),
  ];
  return {
    verdict: isBetter && !fewer ? 'better' : 'still there',
    after: is,
    ...(notes.length > 0 && { note: notes.join(', ') }),
  };
}

/** Whether a call that is not one of the finding's statements, or is left of them, asks for the same tables. */
function asksTablesOf(finding: Finding, before: Trace, after: Trace): boolean {
  const own = new Set(finding.spans);
  const tables = new Set(
    finding.spans.flatMap((index) => before.spans[index]?.shape.statement?.tables ?? []),
  );
  const others = new Set(before.spans.filter((_, index) => !own.has(index)).map(({ shape }) => shape.text));
  return after.spans.some(
    ({ shape }) =>
      !others.has(shape.text) && (shape.statement?.tables ?? []).some((table) => tables.has(table)),
  );
}

/** Calls of the finding's statements that are still made more than once, below every limit. */
function repeatedCalls(finding: Finding, before: Trace, after: Trace): FindingFigures | undefined {
  const shapes = shapesOf(finding, before);
  const left = after.spans.filter(({ shape }) => shapes.has(shape.text));
  const most = Math.max(
    0,
    ...[...shapes].map((text) => left.filter(({ shape }) => shape.text === text).length),
  );
  if (most < 2) return undefined;
  const ms = left.reduce((sum, { duration = 0 }) => sum + duration, 0);
  return { calls: left.length, ms: roundToMicros(ms) };
}

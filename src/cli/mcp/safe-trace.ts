/**
 * Requests as a coding agent may read them: secrets masked whatever was recorded, and what came from outside
 * (values, headers, log lines, errors) cut to a length that leaves no room for instructions.
 */

import { redactHeaders, redactText, redactUrl } from '../../domain/redact.cjs';
import { isSecretField, isSecretName } from '../../domain/secret-names.cjs';
import { REDACTED } from '../../domain/secret-shapes.cjs';
import type { Finding, RequestError, Shape, Span, Summary, Trace } from '../../domain/trace.js';
import { dialectOf } from '../../insight/libraries.js';
import type { RowComparison } from '../../insight/rewrite/compare-rows.js';

/** Characters of a text from outside. */
export const MAX_OUTSIDE = 200;
/** Characters of a statement, which is code of the app; its literals are cut to MAX_OUTSIDE. */
const MAX_STATEMENT = 1500;
const MAX_ITEMS = 50;
const MAX_DEPTH = 5;
/** Texts in quotes; a quote in them is doubled or behind a backslash. */
const SINGLE = /'(?:[^'\\]|''|\\[\s\S])*'?/g;
/** The same of MySQL and SQLite, where a text may also be in double quotes, which are names elsewhere. */
const EITHER = /'(?:[^'\\]|''|\\[\s\S])*'?|"(?:[^"\\]|""|\\[\s\S])*"?/g;
const NUMBER = /(?<![\w$:@?."`#-])\d+(?:\.\d+)?(?![\w.])/g;
const WORD = /[A-Za-z_][\w$]*/g;
/** Findings whose message quotes an error. */
const QUOTES_ERROR = new Set(['thrown', 'swallowed-error']);

/** A text from outside, without secrets, and cut. */
export function outsideText(text: string): string {
  return cutAt(redactText(text.slice(0, 4 * MAX_OUTSIDE)), MAX_OUTSIDE, text.length);
}

/** URL of a request, without secrets, and cut. */
export function safeUrl(url: string): string {
  return cutAt(redactUrl(url.slice(0, 4 * MAX_OUTSIDE)), MAX_OUTSIDE, url.length);
}

/** Whether a statement names a column, table or setting that holds secrets. */
export function namesSecret(statement: string): boolean {
  const words = statement.replace(SINGLE, ' ').match(WORD) ?? [];
  return words.some(isSecretName);
}

/** How the literals of a statement are read. */
export interface LiteralRules {
  /** No literal is shown. */
  hasSecrets: boolean;
  /** Double quotes may hold a text. */
  hasDoubleQuotes: boolean;
}

/** A statement or a line of its plan, each literal without secrets and cut. */
export function safeStatement(text: string, { hasSecrets, hasDoubleQuotes }: LiteralRules): string {
  const literal = (quoted: string) => {
    const mark = quoted[0]!;
    if (hasSecrets) return mark === "'" ? `'${REDACTED}'` : quoted;
    const inner = quoted.slice(1, quoted.endsWith(mark) && quoted.length > 1 ? -1 : undefined);
    return inner.length < 8 ? quoted : mark + outsideText(inner) + mark;
  };
  const cut = text.slice(0, 4 * MAX_STATEMENT).replace(hasDoubleQuotes ? EITHER : SINGLE, literal);
  return cutAt(hasSecrets ? cut.replace(NUMBER, REDACTED) : cut, MAX_STATEMENT, text.length);
}

/** What a comparison of rows says; it names the values of a call whose rows are others. */
export function safeComparison(comparison: RowComparison, { hasSecrets }: LiteralRules): RowComparison {
  const { text } = comparison;
  return { ...comparison, text: hasSecrets ? text.replace(/: for .*$/s, '') : outsideText(text) };
}

/** Rules for the literals of a call of a request. */
export function literalRules(
  trace: Pick<Trace, 'libraries'>,
  { library, name }: Pick<Span, 'library' | 'name'>,
): LiteralRules {
  return { hasSecrets: namesSecret(name), hasDoubleQuotes: dialectOf(trace, library) !== 'pg' };
}

/** Copy of a request that a coding agent may read. */
export function safeTrace(trace: Trace): Trace {
  const { params, headers, error, errors } = trace;
  return {
    ...trace,
    url: safeUrl(trace.url),
    ...(params && { params: safeRecord(params) }),
    ...(error !== undefined && { error: outsideText(error) }),
    ...(errors && { errors: errors.map(safeError) }),
    ...(headers && {
      headers: {
        request: safeHeaders(headers.request),
        ...(headers.response && { response: safeHeaders(headers.response) }),
      },
    }),
    spans: safeSpans(trace),
    findings: trace.findings.map(safeFinding),
  };
}

/** The same of a row of a list. */
export function safeSummary(summary: Summary): Summary {
  return { ...summary, url: safeUrl(summary.url) };
}

/** A finding whose message does not quote more of an error than it may. */
export function safeFinding<F extends Pick<Finding, 'kind' | 'message'>>(finding: F): F {
  const { kind, message } = finding;
  return { ...finding, message: QUOTES_ERROR.has(kind) ? outsideText(message) : cutAt(message, 600) };
}

/** Calls are grouped by the identity of their shapes: calls that share one go on sharing it. */
function safeSpans(trace: Trace): Span[] {
  const shapes = new Map<Shape, Shape>();
  const shapeOf = (shape: Shape) => {
    if (!shapes.has(shape)) shapes.set(shape, { ...shape, text: outsideText(shape.text) });
    return shapes.get(shape)!;
  };
  return trace.spans.map((span) => {
    const isSql = span.kind === 'sql';
    const rules = isSql ? literalRules(trace, span) : undefined;
    return { ...safeSpan(span, rules), ...(!isSql && { shape: shapeOf(span.shape) }) };
  });
}

function safeSpan(span: Span, rules: LiteralRules | undefined): Span {
  const { name, detail, error } = span;
  const hasSecrets = rules?.hasSecrets === true;
  return {
    ...span,
    name: rules === undefined ? outsideText(name) : safeStatement(name, rules),
    ...(detail && { detail: hasSecrets ? withoutValues(detail) : safeRecord(detail) }),
    ...(error !== undefined && { error: outsideText(error) }),
  };
}

/** Facts of a statement; its values are masked, as it is not known which of them is the secret. */
function withoutValues(detail: Record<string, unknown>): Record<string, unknown> {
  const { params, ...rest } = detail;
  const count = Array.isArray(params) ? params.length : 1;
  return { ...safeRecord(rest), ...(params !== undefined && { params: Array(count).fill(REDACTED) }) };
}

function safeRecord<T>(record: Record<string, T>, depth = 0): Record<string, T> {
  const entries = Object.entries(record).slice(0, MAX_ITEMS);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      cutAt(name, MAX_OUTSIDE),
      isSecretField(name, value) ? (REDACTED as T) : (safeValue(value, depth + 1) as T),
    ]),
  );
}

function safeValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return outsideText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth > MAX_DEPTH) return '…';
  if (Array.isArray(value)) {
    const items = value.slice(0, MAX_ITEMS).map((item) => safeValue(item, depth + 1));
    return value.length > MAX_ITEMS ? [...items, `… ${value.length - MAX_ITEMS} more`] : items;
  }
  return safeRecord(value as Record<string, unknown>, depth);
}

function safeError(error: RequestError): RequestError {
  const cut = <E extends { message: string; causes?: unknown }>(each: E): E => ({
    ...each,
    message: outsideText(each.message),
    ...(Array.isArray(each.causes) && { causes: each.causes.map(cut) }),
  });
  return cut(error as RequestError & { causes?: unknown });
}

function safeHeaders(headers: [name: string, value: string][]): [name: string, value: string][] {
  return redactHeaders(headers.flat()).map(([name, value]) => [name, cutAt(value, MAX_OUTSIDE)]);
}

function cutAt(text: string, max: number, length = text.length): string {
  if (text.length <= max && length <= 4 * max) return text;
  const whole = text.slice(0, max).replace(/[\ud800-\udbff]$/, '');
  return `${whole}… (${length.toLocaleString('en-US')} characters)`;
}

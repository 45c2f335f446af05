/** Traces for a store that others read: without the values that calls were given. */

import type { Span, Trace } from '../../domain/trace.js';

/** What stands for a value. */
export const MASKED = '<masked>';

const NOTE = 'values of calls are masked, because others read this store (--params keeps them)';
/** Fields of `detail` with values: of statements, commands, procedures, queries and log lines. */
const VALUE_FIELDS = ['params', 'arguments', 'variables', 'values'];
const MAX_DEPTH = 20;
/** A literal in a statement: a text, or a number that is no part of a name or placeholder. */
const LITERAL = /'|(?<![\w$:@?."`#])\d/;

/** Copy of a trace in which values are masked; names, keys and shapes stay. */
export function maskTrace(trace: Trace): Trace {
  const spans = trace.spans.map(maskSpan);
  if (!spans.some((span, at) => span !== trace.spans[at])) return trace;
  return { ...trace, spans, notes: [...(trace.notes ?? []), NOTE] };
}

function maskSpan(span: Span): Span {
  const { kind, name, shape, detail = {} } = span;
  const fields = VALUE_FIELDS.filter((field) => detail[field] !== undefined);
  const hasLiterals = kind === 'sql' && LITERAL.test(name);
  const hasObjects = kind === 'log' && fields.length > 0;
  if (fields.length === 0 && !hasLiterals) return span;
  const masked = Object.fromEntries(fields.map((field) => [field, maskValue(detail[field], 0)]));
  return {
    ...span,
    ...(hasLiterals && { name: shape.text || MASKED }),
    ...(hasObjects && { name: withoutObjects(name), shape: { ...shape, text: withoutObjects(shape.text) } }),
    ...(span.detail && { detail: { ...detail, ...masked } }),
  };
}

/** A line of a log up to the first object in it. */
function withoutObjects(text: string): string {
  const at = text.search(/[{[]/);
  return at < 0 ? text : `${text.slice(0, at)}${MASKED}`;
}

function maskValue(value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'boolean' || value === undefined) return value;
  if (typeof value !== 'object' || depth > MAX_DEPTH) return MASKED;
  if (Array.isArray(value)) return value.map((item) => maskValue(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskValue(item, depth + 1)]));
}

/** Reader of OpenTelemetry's spans in OTLP's JSON form, with their attributes by name. */

import { FieldReader, ImportError } from './field-reader.js';

/** A span with its attributes by name. */
export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  /** Epoch ms. */
  start: number;
  end: number;
  attributes: Record<string, unknown>;
  resource: Record<string, unknown>;
  error?: string;
  logs: { name: string; at: number; attributes: Record<string, unknown> }[];
}

const MAX_SPANS = 200_000;
const MAX_ATTRIBUTES = 1000;
const HEX = /^[0-9a-f]*$/i;

/** Spans of a document `{resourceSpans: […]}`; throws an ImportError where it is none. */
export function readOtlpSpans(value: unknown, path = 'the file'): OtlpSpan[] {
  const spans: OtlpSpan[] = [];
  new FieldReader(value, path).list('resourceSpans', MAX_SPANS, (item, at) => {
    const fields = new FieldReader(item, at);
    const resource = fields.has('resource') ? attributesOf(fields.object('resource')) : {};
    fields.list('scopeSpans', MAX_SPANS, (scope, scopeAt) => {
      new FieldReader(scope, scopeAt).list('spans', MAX_SPANS, (span, spanAt) => {
        spans.push(readSpan(new FieldReader(span, spanAt), resource));
        if (spans.length > MAX_SPANS) throw new ImportError(`${path} has more than ${MAX_SPANS} spans`);
      });
    });
  });
  return spans;
}

function readSpan(fields: FieldReader, resource: OtlpSpan['resource']): OtlpSpan {
  const ids = {
    traceId: hexOf(fields, 'traceId'),
    spanId: hexOf(fields, 'spanId'),
    parentSpanId: fields.has('parentSpanId') ? hexOf(fields, 'parentSpanId') : '',
  };
  const start = millisOf(fields, 'startTimeUnixNano');
  const logs = fields.list('events', MAX_ATTRIBUTES, (item, at) => {
    const event = new FieldReader(item, at);
    return {
      name: event.maybeText('name') ?? '',
      at: event.has('timeUnixNano') ? millisOf(event, 'timeUnixNano') : start,
      attributes: attributesOf(event),
    };
  });
  const status = fields.has('status') ? fields.object('status') : undefined;
  const isError = status !== undefined && [2, 'STATUS_CODE_ERROR'].includes(status.json('code') as number);
  const exception = logs.find(({ name }) => name === 'exception')?.attributes;
  const said = [exception?.['exception.type'], exception?.['exception.message']]
    .filter(isFilledText)
    .join(': ');
  return {
    ...ids,
    name: fields.maybeText('name') ?? '',
    kind: kindOf(fields.json('kind')),
    start,
    end: Math.max(start, fields.has('endTimeUnixNano') ? millisOf(fields, 'endTimeUnixNano') : start),
    attributes: attributesOf(fields),
    resource,
    ...(isError && { error: said || status.maybeText('message') || 'error' }),
    logs: logs.filter(({ name }) => name !== 'exception'),
  };
}

const KIND_NAMES = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'];

function kindOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return Math.max(0, KIND_NAMES.indexOf(String(value ?? '').replace('SPAN_KIND_', '')));
}

function hexOf(fields: FieldReader, name: string): string {
  const text = fields.text(name);
  if (!HEX.test(text) || text.length > 32) fields.fail(name, 'is not in hex');
  return text.toLowerCase();
}

/** ms of nanoseconds that are written as a decimal string, or as a number. */
function millisOf(fields: FieldReader, name: string): number {
  const value = fields.json(name);
  const digits = typeof value === 'number' ? String(Math.round(value)) : String(value);
  if (!/^\d{1,20}$/.test(digits)) fields.fail(name, 'is no time');
  return Number(BigInt(digits) / 1000n) / 1000;
}

function attributesOf(fields: FieldReader): Record<string, unknown> {
  const pairs = fields.list('attributes', MAX_ATTRIBUTES, (item, at) => {
    const attribute = new FieldReader(item, at);
    return [attribute.text('key'), anyValueOf(attribute.json('value'))] as const;
  });
  return Object.fromEntries(pairs);
}

function anyValueOf(value: unknown): unknown {
  const any = (value ?? {}) as Record<string, unknown>;
  if (typeof any.intValue === 'string') return Number(any.intValue);
  const list = (any.arrayValue as { values?: unknown } | undefined)?.values;
  if (Array.isArray(list)) return list.map(anyValueOf);
  return any.stringValue ?? any.intValue ?? any.doubleValue ?? any.boolValue;
}

/** Whether an attribute is a text with something in it. */
export function isFilledText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

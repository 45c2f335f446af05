/**
 * Reader of OpenTelemetry's spans, in OTLP's JSON form: each request that a server answered becomes
 * one of ours, with what it called until the next server.
 */

import type { Dialect, LibraryInfo } from '../domain/library.js';
import { redactUrl } from '../domain/redact.cjs';
import type { Frame, RecordedSpan, RecordedTrace } from '../domain/trace.js';
import { FieldReader, ImportError } from './field-reader.js';
import { madeUpId } from './read-har.js';

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

const SERVER = 2;
const CONSUMER = 5;
const MAX_SPANS = 200_000;
const MAX_ATTRIBUTES = 1000;
const HEX = /^[0-9a-f]*$/i;
const SQL_SYSTEM =
  /sql|maria|sqlite|oracle|db2|cockroach|clickhouse|spanner|redshift|snowflake|trino|h2|hsqldb/i;
const CACHE_SYSTEM = /^(?:redis|valkey|memcached|couchbase|hazelcast)$/i;
const MAX_DEPTH = 1000;

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
  const said = [exception?.['exception.type'], exception?.['exception.message']].filter(isText).join(': ');
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

/** The requests of spans that belong together; `project` is the folder that files are relative to. */
export function tracesOfSpans(spans: OtlpSpan[], project: string): RecordedTrace[] {
  const bySpanId = new Map(spans.map((span) => [`${span.traceId} ${span.spanId}`, span]));
  const parentOf = ({ traceId, parentSpanId }: OtlpSpan) => bySpanId.get(`${traceId} ${parentSpanId}`);
  const isRoot = (span: OtlpSpan) =>
    span.kind === SERVER || span.kind === CONSUMER || parentOf(span) === undefined;
  const calls = new Map<OtlpSpan, OtlpSpan[]>();
  for (const span of spans) if (isRoot(span)) calls.set(span, []);
  const rootOf = (span: OtlpSpan): OtlpSpan | undefined => {
    let above: OtlpSpan | undefined = span;
    for (let depth = 0; above !== undefined && depth < MAX_DEPTH; depth++) {
      if (calls.has(above)) return above;
      above = parentOf(above);
    }
    return undefined;
  };
  for (const span of spans) if (!calls.has(span)) calls.get(rootOf(span)!)?.push(span);
  const roots = countBy([...calls.keys()], ({ traceId }) => traceId);
  // A trace id is the id of one of our own requests where that has called the service.
  const isTopmost = ({ parentSpanId, traceId }: OtlpSpan) =>
    parentSpanId === '' && roots.get(traceId) === 1 && traceId.length === 32;
  const idOf = (root: OtlpSpan) =>
    isTopmost(root) ? uuidOf(root.traceId) : madeUpId(`${root.traceId} ${root.spanId}`);
  const callerOf = (root: OtlpSpan): string | undefined => {
    const above = parentOf(root);
    const caller = above && rootOf(above);
    if (caller !== undefined) return idOf(caller);
    return root.parentSpanId !== '' && root.traceId.length === 32 ? uuidOf(root.traceId) : undefined;
  };
  return [...calls].map(([root, own]) => traceOf(root, own, idOf(root), callerOf(root), project));
}

function uuidOf(traceId: string): string {
  return traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function countBy<T>(items: T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function traceOf(
  root: OtlpSpan,
  calls: OtlpSpan[],
  id: string,
  parent: string | undefined,
  project: string,
): RecordedTrace {
  const { attributes, resource, start, end, error } = root;
  const isRequest =
    root.kind === SERVER && (has(attributes, 'http.request.method') || has(attributes, 'http.method'));
  const route = textOf(attributes['http.route']);
  const status = numberOf(attributes['http.response.status_code'] ?? attributes['http.status_code']);
  const service = textOf(resource['service.name']);
  const events = [root, ...calls].flatMap((span) => span.logs.map((log) => logOf(log, start)));
  const spans = [...calls.map((call) => callOf(call, start)), ...events].sort((a, b) => a.start - b.start);
  return {
    id,
    method: isRequest ? methodOf(attributes) : root.kind === CONSUMER ? 'message' : 'job',
    url: isRequest ? redactUrl(urlOf(attributes)) : root.name,
    ...(parent !== undefined && { parent }),
    ...(isRequest && route !== undefined && { route }),
    ...(isRequest && status !== undefined && { status }),
    ...(!isRequest && error !== undefined && { error }),
    start,
    duration: end - start,
    state: !isRequest && error !== undefined ? 'failed' : 'done',
    ...(service !== undefined && {
      app: { pid: numberOf(resource['process.pid']) ?? 0, command: service, cwd: project },
    }),
    spans,
    findings: [],
    totals: {},
    libraries: librariesOf(spans),
  };
}

/** How the statements of each system are read. */
function librariesOf(spans: RecordedSpan[]): Record<string, LibraryInfo> {
  const systems = new Set(spans.filter(({ kind }) => kind === 'sql').map(({ library }) => library));
  return Object.fromEntries([...systems].map((system) => [system, { dialect: dialectOfSystem(system) }]));
}

function dialectOfSystem(system: string): Dialect {
  if (/postgres|cockroach|redshift/i.test(system)) return 'pg';
  if (/mysql|maria/i.test(system)) return 'mysql';
  return /sqlite/i.test(system) ? 'sqlite' : 'standard';
}

function methodOf(attributes: OtlpSpan['attributes']): string {
  const {
    'http.request.method': method,
    'http.request.method_original': original,
    'http.method': old,
  } = attributes;
  return textOf(method === '_OTHER' ? original : (method ?? old)) ?? 'GET';
}

function urlOf(attributes: OtlpSpan['attributes']): string {
  const query = textOf(attributes['url.query']);
  const path = textOf(attributes['url.path']);
  if (path !== undefined) return query === undefined ? path : `${path}?${query}`;
  return textOf(attributes['http.target']) ?? textOf(attributes['http.route']) ?? '/';
}

function callOf(span: OtlpSpan, start: number): RecordedSpan {
  const { attributes, error } = span;
  const rows = numberOf(attributes['db.response.returned_rows']);
  const code = textOf(attributes['db.response.status_code']);
  return {
    ...described(span),
    start: span.start - start,
    duration: span.end - span.start,
    ...(rows !== undefined && { rows }),
    ...(error !== undefined && { error: code === undefined ? error : `${code}: ${error}` }),
    stack: frameOf(attributes),
  };
}

/** Kind, library and name of a call, by the conventions of today and those before. */
function described(span: OtlpSpan): Pick<RecordedSpan, 'kind' | 'library' | 'name' | 'detail'> {
  const { attributes, name } = span;
  const system = textOf(attributes['db.system.name'] ?? attributes['db.system']);
  if (system !== undefined) {
    const text = textOf(attributes['db.query.text'] ?? attributes['db.statement']) ?? name;
    const kind = CACHE_SYSTEM.test(system) ? 'cache' : SQL_SYSTEM.test(system) ? 'sql' : 'rpc';
    return { kind, library: system, name: text };
  }
  const rpc = textOf(attributes['rpc.system.name'] ?? attributes['rpc.system']);
  if (rpc !== undefined) return { kind: 'rpc', library: rpc, name: name.replace('/', '.') };
  const method = textOf(attributes['http.request.method'] ?? attributes['http.method']);
  const url = textOf(attributes['url.full'] ?? attributes['http.url']);
  if (method !== undefined && url !== undefined) {
    const status = numberOf(attributes['http.response.status_code'] ?? attributes['http.status_code']);
    return {
      kind: 'http',
      library: 'http',
      name: `${method} ${redactUrl(url)}`,
      ...(status !== undefined && { detail: { status } }),
    };
  }
  return { kind: 'span', library: 'opentelemetry', name };
}

function logOf({ name, at, attributes }: OtlpSpan['logs'][number], start: number): RecordedSpan {
  const level = textOf(attributes['log.severity']);
  return {
    kind: 'log',
    library: 'opentelemetry',
    name: textOf(attributes['log.message']) ?? name,
    ...(level !== undefined && { detail: { level } }),
    start: at - start,
    duration: 0,
    stack: frameOf(attributes),
  };
}

function frameOf(attributes: OtlpSpan['attributes']): Frame[] {
  const file = textOf(attributes['code.file.path'] ?? attributes['code.filepath']);
  const line = numberOf(attributes['code.line.number'] ?? attributes['code.lineno']);
  if (file === undefined || line === undefined) return [];
  const name = textOf(attributes['code.function.name'] ?? attributes['code.function']) ?? '';
  const column = numberOf(attributes['code.column.number']) ?? 1;
  return [{ function: name, file, line, column, application: true }];
}

function has(attributes: OtlpSpan['attributes'], name: string): boolean {
  return attributes[name] !== undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

function textOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return Number.isFinite(number) ? (number as number) : undefined;
}

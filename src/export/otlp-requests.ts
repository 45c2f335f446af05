/**
 * Requests made of OpenTelemetry's spans: each that a server answered becomes one of ours, with what
 * it called until the next server.
 */

import type { Dialect, LibraryInfo } from '../domain/library.js';
import { redactText, redactUrl } from '../domain/redact.cjs';
import type { Frame, RecordedSpan, RecordedTrace } from '../domain/trace.js';
import { safeStatementText } from './otlp-secrets.js';
import { madeUpId } from './read-har.js';
import { isFilledText, type OtlpSpan } from './read-otlp.js';

const SERVER = 2;
const CONSUMER = 5;
const SQL_SYSTEM =
  /sql|maria|sqlite|oracle|db2|cockroach|clickhouse|spanner|redshift|snowflake|trino|h2|hsqldb/i;
const CACHE_SYSTEM = /^(?:redis|valkey|memcached|couchbase|hazelcast)$/i;
const MAX_DEPTH = 1000;

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
    url: isRequest ? redactUrl(urlOf(attributes)) : redactText(root.name),
    ...(parent !== undefined && { parent }),
    ...(isRequest && route !== undefined && { route }),
    ...(isRequest && status !== undefined && { status }),
    ...(!isRequest && error !== undefined && { error: redactText(error) }),
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
  if (/mssql|sql_?server/i.test(system)) return 'mssql';
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
    ...(error !== undefined && { error: redactText(code === undefined ? error : `${code}: ${error}`) }),
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
    return { kind, library: system, name: kind === 'sql' ? safeStatementText(text) : redactText(text) };
  }
  const rpc = textOf(attributes['rpc.system.name'] ?? attributes['rpc.system']);
  if (rpc !== undefined) return { kind: 'rpc', library: rpc, name: redactText(name.replace('/', '.')) };
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
  return { kind: 'span', library: 'opentelemetry', name: redactText(name) };
}

function logOf({ name, at, attributes }: OtlpSpan['logs'][number], start: number): RecordedSpan {
  const level = textOf(attributes['log.severity']);
  return {
    kind: 'log',
    library: 'opentelemetry',
    name: redactText(textOf(attributes['log.message']) ?? name),
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

function textOf(value: unknown): string | undefined {
  return isFilledText(value) ? value : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return Number.isFinite(number) ? (number as number) : undefined;
}

/**
 * Attributes, names and kinds of calls by OpenTelemetry's semantic conventions 1.44:
 * https://opentelemetry.io/docs/specs/semconv/
 */

import { frameMark, type Span, type Trace } from '../domain/trace.js';
import { dialectOf, type WithLibraries } from '../insight/libraries.js';
import { headerValue } from './shared-headers.js';

/** Values that OpenTelemetry knows. */
export type Attributes = Record<string, string | number | boolean | string[]>;

/** What a call is called, and what is known of it. */
export interface Described {
  name: string;
  /** True for what another server answers. */
  isClient: boolean;
  attributes: Attributes;
}

const DIALECT_SYSTEMS = {
  pg: 'postgresql',
  mysql: 'mysql',
  sqlite: 'sqlite',
  mssql: 'microsoft.sql_server',
  standard: 'other_sql',
} as const;
/** Systems of libraries whose kind does not tell. */
const SYSTEMS: Record<string, string> = {
  ioredis: 'redis',
  redis: 'redis',
  iovalkey: 'redis',
  memcached: 'memcached',
  memjs: 'memcached',
  mongodb: 'mongodb',
};
const METHODS = /^(?:GET|HEAD|POST|PUT|DELETE|CONNECT|OPTIONS|TRACE|PATCH|QUERY)$/;

type Describe = (span: Span, trace: WithLibraries) => Described;

const BY_KIND: Record<string, Describe> = {
  sql: describeSql,
  cache: describeCache,
  rpc: describeRpc,
  http: describeHttp,
};

/** A call in OpenTelemetry's words. */
export function describeSpan(span: Span, trace: WithLibraries): Described {
  const describe = Object.hasOwn(BY_KIND, span.kind) ? BY_KIND[span.kind]! : describeOther;
  const { name, isClient, attributes } = describe(span, trace);
  return { name, isClient, attributes: { ...attributes, ...commonAttributes(span) } };
}

function commonAttributes({ library, kind, frame, wait, rows, error, afterResponse }: Span): Attributes {
  return {
    'scooby.kind': kind,
    'scooby.library': library,
    ...(frame && {
      'code.file.path': `${frame.file}${frameMark(frame)}`,
      'code.line.number': frame.line,
      'code.column.number': frame.column,
      ...(frame.function !== '' && { 'code.function.name': frame.function }),
    }),
    ...(wait !== undefined && { 'scooby.wait_ms': wait }),
    ...(rows !== undefined && { 'scooby.rows': rows }),
    ...(afterResponse && { 'scooby.after_response': true }),
    ...(error !== undefined && { 'error.type': errorCodeOf(error) ?? '_OTHER' }),
  };
}

/** The code that leads an error's text: `42P01: relation "x" does not exist`. */
function errorCodeOf(error: string): string | undefined {
  return /^([\w.-]{1,64}): /.exec(error)?.[1];
}

function describeSql(span: Span, trace: WithLibraries): Described {
  const { verb, statement, label, text } = span.shape;
  const tables = statement?.tables ?? [];
  const summary = verb === undefined ? (label ?? text) : [verb, ...tables].join(' ');
  const code = span.error === undefined ? undefined : errorCodeOf(span.error);
  return {
    name: summary.slice(0, 255),
    isClient: true,
    attributes: {
      'db.system.name': DIALECT_SYSTEMS[dialectOf(trace, span.library)],
      'db.query.text': span.name,
      'db.query.summary': summary.slice(0, 255),
      ...(verb !== undefined && { 'db.operation.name': verb }),
      ...(tables.length === 1 && { 'db.collection.name': tables[0]! }),
      ...(code !== undefined && { 'db.response.status_code': code }),
      ...(span.rows !== undefined && { 'db.response.returned_rows': span.rows }),
    },
  };
}

function describeCache(span: Span): Described {
  const command = textOf(span.detail?.command) ?? span.shape.verb ?? span.name.split(' ', 1)[0]!;
  const operation = command.toUpperCase();
  return {
    name: operation,
    isClient: true,
    attributes: {
      'db.system.name': SYSTEMS[span.library] ?? span.library,
      'db.operation.name': operation,
      'db.query.text': span.name,
    },
  };
}

function describeRpc(span: Span): Described {
  const { name, library } = span;
  const point = name.lastIndexOf('.');
  const method = point < 0 || name.includes('/') ? name : `${name.slice(0, point)}/${name.slice(point + 1)}`;
  return {
    name: method,
    isClient: true,
    attributes: { 'rpc.system.name': library.includes('grpc') ? 'grpc' : library, 'rpc.method': method },
  };
}

function describeHttp(span: Span): Described {
  const [method = '', ...rest] = span.name.split(' ');
  const url = rest.join(' ');
  const status = span.detail?.status;
  const address = addressOf(url);
  return {
    name: METHODS.test(method) ? method : 'HTTP',
    isClient: true,
    attributes: {
      ...methodAttributes(method),
      'url.full': url,
      ...address,
      ...(typeof status === 'number' && {
        'http.response.status_code': status,
        ...(status >= 400 && { 'error.type': String(status) }),
      }),
    },
  };
}

/** The method; one that no standard knows is `_OTHER`, and stands beside it as it was. */
export function methodAttributes(method: string): Attributes {
  return METHODS.test(method)
    ? { 'http.request.method': method }
    : { 'http.request.method': '_OTHER', 'http.request.method_original': method };
}

/** Host and port of a URL; nothing where it has none. */
export function addressOf(url: string): Attributes {
  if (!URL.canParse(url)) return {};
  const { hostname, port, protocol } = new URL(url);
  if (hostname === '') return {};
  const known = port !== '' ? Number(port) : protocol === 'https:' ? 443 : 80;
  return { 'server.address': hostname.replace(/^\[|\]$/g, ''), 'server.port': known };
}

function describeOther(span: Span): Described {
  const system = Object.hasOwn(SYSTEMS, span.library) ? SYSTEMS[span.library] : undefined;
  return {
    name: (span.shape.label ?? span.shape.text).slice(0, 255),
    isClient: span.kind === 'dns' || system !== undefined,
    attributes: {
      'scooby.name': span.name,
      ...(system !== undefined && { 'db.system.name': system }),
    },
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Attributes of the request itself. */
export function requestAttributes(trace: Trace): Attributes {
  const { url, route, status, state } = trace;
  const [path = '', ...query] = url.split('?');
  const { request = [] } = trace.headers ?? {};
  const agent = headerValue(request, 'user-agent');
  const host = headerValue(request, 'host');
  const failure = state === 'died' ? 'died' : (status ?? 0) >= 500 ? String(status) : undefined;
  return {
    ...methodAttributes(trace.method),
    'url.path': path,
    ...(query.length > 0 && { 'url.query': query.join('?') }),
    'url.scheme': 'http',
    ...(route !== undefined && { 'http.route': route }),
    ...(status !== undefined && { 'http.response.status_code': status }),
    ...(agent !== undefined && { 'user_agent.original': agent }),
    ...(host !== undefined && addressOf(`http://${host}`)),
    ...(failure !== undefined && { 'error.type': failure }),
    'scooby.id': trace.id,
  };
}

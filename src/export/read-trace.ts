/** Reader of a request in the public JSON (docs/trace.md), as `show --json` and `export --json` write it. */

import type { KindFacts, LibraryInfo } from '../domain/library.js';
import { learnKinds } from '../domain/span-kinds.js';
import {
  type Finding,
  type Frame,
  type Headers,
  type RecordedSpan,
  type Total,
  type Trace,
  totalsOf,
} from '../domain/trace.js';
import { describeStored } from '../insight/calls/describe.js';
import { asNumber, asText, FieldReader, ImportError } from './field-reader.js';
import { readProfiles } from './read-profile.js';

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const STATES = ['open', 'done', 'died', 'failed'] as const;
const SEVERITIES = ['high', 'medium', 'low', 'info'] as const;
const DIALECTS = ['pg', 'mysql', 'sqlite', 'mssql', 'standard'] as const;
const PLANNERS = ['postgres', 'mysql'] as const;
const MAX_SPANS = 100_000;
const MAX_FRAMES = 200;
const MAX_FINDINGS = 10_000;
const MAX_HEADERS = 1000;
const MAX_REASONS = 100;
const MAX_KINDS = 20;

/** Throws an ImportError that names the field which is not as it should be. */
export function readTrace(value: unknown, path: string): Trace {
  const fields = new FieldReader(value, path);
  const id = fields.text('id').toLowerCase();
  if (!ID.test(id)) throw new ImportError(`${path}.id is no UUID`);
  const recorded = fields.list('spans', MAX_SPANS, readSpan);
  const spans = recorded.map(({ span }) => span);
  const duration = fields.maybeNumber('duration');
  const trace = describeStored({
    id,
    method: fields.text('method'),
    url: fields.text('url'),
    ...texts(fields, ['parent', 'route', 'handler', 'error']),
    ...numbers(fields, ['status', 'duration', 'dropped', 'answeredError']),
    ...flags(fields, ['aborted', 'outside']),
    start: fields.number('start'),
    state: fields.oneOf('state', STATES),
    ...maybe('params', fields.table('params', asText)),
    ...maybe('app', fields.has('app') ? readApp(fields.object('app')) : undefined),
    ...maybe('headers', fields.has('headers') ? readHeaders(fields.object('headers')) : undefined),
    ...maybe('libraries', fields.table('libraries', readLibrary)),
    ...maybe('profiles', readProfiles(fields)),
    ...maybe('delayed', fields.table('delayed', asNumber)),
    ...maybe('notes', fields.has('notes') ? fields.list('notes', MAX_REASONS, asText) : undefined),
    spans,
    findings: fields.list('findings', MAX_FINDINGS, (item, at) => readFinding(item, at, spans.length)),
    totals: fields.table('totals', readTotal) ?? totalsOf(spans, duration),
  });
  learnKinds(trace.libraries);
  for (const [n, { site }] of recorded.entries()) setSite(trace.spans[n]!, site);
  return trace;
}

/** What a source says of a call is kept: reading it anew, the app's files are not at hand. */
function setSite(span: Trace['spans'][number], site: string | undefined): void {
  if (site === undefined) {
    delete span.site;
    delete span.frame;
    return;
  }
  const frame = span.stack.find(({ file, line }) => `${file}:${line}` === site);
  span.site = site;
  if (frame !== undefined) span.frame = frame;
}

function readSpan(value: unknown, path: string): { span: RecordedSpan; site: string | undefined } {
  const fields = new FieldReader(value, path);
  const detail = readDetail(fields);
  const span: RecordedSpan = {
    kind: fields.text('kind'),
    library: fields.text('library'),
    name: fields.text('name'),
    ...maybe('detail', detail),
    start: fields.number('start'),
    ...numbers(fields, ['duration', 'wait', 'rows']),
    ...(fields.maybeFlag('afterResponse') && { afterResponse: true as const }),
    ...texts(fields, ['error']),
    stack: fields.list('stack', MAX_FRAMES, readFrame),
  };
  return { span, site: fields.maybeText('site') };
}

function readDetail(fields: FieldReader): Record<string, unknown> | undefined {
  const detail = fields.json('detail');
  if (detail === undefined) return undefined;
  if (typeof detail !== 'object' || Array.isArray(detail)) return fields.fail('detail', 'is no object');
  return detail as Record<string, unknown>;
}

function readFrame(value: unknown, path: string): Frame {
  const fields = new FieldReader(value, path);
  return {
    function: fields.maybeText('function') ?? '',
    file: fields.text('file'),
    line: fields.number('line'),
    column: fields.number('column'),
    application: fields.maybeFlag('application') ?? false,
    ...texts(fields, ['package']),
    ...(fields.maybeFlag('generated') && { generated: true as const }),
  };
}

function readFinding(value: unknown, path: string, spans: number): Finding {
  const fields = new FieldReader(value, path);
  const indices = fields.list('spans', MAX_SPANS, asNumber);
  return {
    id: fields.text('id'),
    kind: fields.text('kind'),
    severity: fields.oneOf('severity', SEVERITIES),
    message: fields.text('message'),
    ...texts(fields, ['suggestion', 'site', 'function']),
    spans: indices.filter((index) => Number.isInteger(index) && index >= 0 && index < spans),
    ms: fields.number('ms'),
    ...(fields.has('win') && { win: fields.number('win') }),
    confidence: fields.number('confidence'),
    reasons: fields.list('reasons', MAX_REASONS, asText),
    ...texts(fields, ['proof']),
  };
}

function readApp(fields: FieldReader): NonNullable<Trace['app']> {
  return {
    pid: fields.number('pid'),
    command: fields.text('command'),
    cwd: fields.text('cwd'),
    ...texts(fields, ['node']),
  };
}

function readHeaders(fields: FieldReader): NonNullable<Trace['headers']> {
  const lines = (name: string): Headers =>
    fields.list(name, MAX_HEADERS, (item, path) => {
      if (!Array.isArray(item)) throw new ImportError(`${path} is no list`);
      return [asText(item[0], `${path}[0]`), asText(item[1], `${path}[1]`)];
    });
  return { request: lines('request'), ...(fields.has('response') && { response: lines('response') }) };
}

function readTotal(value: unknown, path: string): Total {
  const fields = new FieldReader(value, path);
  return {
    count: fields.number('count'),
    ms: fields.number('ms'),
    ...numbers(fields, ['wait', 'busy', 'waiting', 'time', 'errors']),
  };
}

function readLibrary(value: unknown, path: string): LibraryInfo {
  const fields = new FieldReader(value, path);
  return {
    ...texts(fields, ['version']),
    ...(fields.has('dialect') && { dialect: fields.oneOf('dialect', DIALECTS) }),
    ...(fields.has('explain') && { explain: fields.oneOf('explain', PLANNERS) }),
    ...(fields.maybeFlag('mapper') && { mapper: true }),
    ...maybe('kinds', fields.has('kinds') ? fields.list('kinds', MAX_KINDS, readKind) : undefined),
  };
}

function readKind(value: unknown, path: string): KindFacts {
  const fields = new FieldReader(value, path);
  return {
    kind: fields.text('kind'),
    ...texts(fields, ['title', 'noun', 'nouns', 'timing']),
    ...numbers(fields, ['slow']),
    ...flags(fields, ['loop', 'wraps']),
  };
}

function texts<K extends string>(fields: FieldReader, names: K[]): { [N in K]?: string } {
  return present(names, (name) => fields.maybeText(name));
}

function numbers<K extends string>(fields: FieldReader, names: K[]): { [N in K]?: number } {
  return present(names, (name) => fields.maybeNumber(name));
}

function flags<K extends string>(fields: FieldReader, names: K[]): { [N in K]?: boolean } {
  return present(names, (name) => fields.maybeFlag(name));
}

function present<K extends string, T>(names: K[], read: (name: K) => T | undefined): { [N in K]?: T } {
  const found = names.map((name) => [name, read(name)] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(found) as { [N in K]?: T };
}

function maybe<K extends string, T>(name: K, value: T | undefined): { [N in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [N in K]?: T };
}

/** Spans as OpenTelemetry's exporters read them (`ReadableSpan`), made of a request and its calls. */

import { isFailed } from '../domain/request.js';
import { frameMark, type Span, type Trace } from '../domain/trace.js';
import { spanIdOf, traceIdOf } from '../domain/trace-parent.cjs';
import { isUnit } from '../domain/unit.js';
import { type Attributes, describeSpan, requestAttributes } from './otlp-attributes.js';
import { type HrTime, hrTime, spanIdsOf, traceParentOf } from './otlp-ids.js';

/** What identifies a span to others. */
export interface SpanContext {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote?: boolean;
}

/** The fields of OpenTelemetry's `ReadableSpan` that its serializers read. */
export interface PlainSpan {
  name: string;
  /** 0 internal, 1 server, 2 client, 4 consumer. */
  kind: number;
  spanContext(): SpanContext;
  parentSpanContext?: SpanContext;
  startTime: HrTime;
  endTime: HrTime;
  duration: HrTime;
  status: { code: number; message?: string };
  attributes: Attributes;
  links: { context: SpanContext; attributes: Attributes }[];
  events: { name: string; time: HrTime; attributes: Attributes }[];
  ended: true;
  resource: Resource;
  instrumentationScope: { name: string; version: string };
  droppedAttributesCount: number;
  droppedEventsCount: number;
  droppedLinksCount: number;
}

/** The app, as it is told to others. */
export interface Resource {
  attributes: Attributes;
  getRawAttributes(): [string, Attributes[string]][];
}

/** What is not in a trace itself. */
export interface OtlpContext {
  /** Name of the app. */
  service: string;
  /** Version of scooby. */
  version: string;
  /** Trace id of a request that is part of another's trace; undefined: its own, or its caller's. */
  traceIdOf?(trace: Trace): string | undefined;
}

const INTERNAL = 0;
const SERVER = 1;
const CLIENT = 2;
const CONSUMER = 4;
const ERROR = 2;
const MAX_EVENTS = 128;

/**
 * Maker of spans for one kind of resource each: the serializers group spans by the resource's
 * identity.
 */
export class OtlpSpans {
  readonly #context: OtlpContext;
  readonly #resources = new Map<string, Resource>();

  constructor(context: OtlpContext) {
    this.#context = context;
  }

  /** The request's own span, then those of its calls that have ended. */
  of(trace: Trace): PlainSpan[] {
    const parent = traceParentOf(trace);
    const traceId =
      parent?.traceId ?? this.#context.traceIdOf?.(trace) ?? traceIdOf(trace.parent ?? trace.id);
    const ids = spanIdsOf(trace);
    const contextOf = (spanId: string): SpanContext => ({ traceId, spanId, traceFlags: parent?.flags ?? 1 });
    const own = contextOf(spanIdOf(trace.id));
    const above: SpanContext | undefined = parent
      ? { traceId, spanId: parent.spanId, traceFlags: parent.flags, isRemote: true }
      : trace.parent === undefined
        ? undefined
        : { traceId, spanId: spanIdOf(trace.parent), traceFlags: 1, isRemote: true };
    const shared = {
      resource: this.#resourceOf(trace),
      instrumentationScope: { name: 'scooby', version: this.#context.version },
    };
    const calls = trace.spans.flatMap((span, index) =>
      span.kind === 'log' || span.duration === undefined
        ? []
        : [{ ...callSpan(span, trace, contextOf(ids[index]!), own), ...shared }],
    );
    return [{ ...requestSpan(trace, own, above), ...shared }, ...calls];
  }

  #resourceOf({ app }: Trace): Resource {
    const { service, version } = this.#context;
    const key = app === undefined ? '' : String(app.pid);
    const known = this.#resources.get(key);
    if (known !== undefined) return known;
    const attributes: Attributes = {
      'service.name': service,
      'telemetry.sdk.name': 'scooby',
      'telemetry.sdk.language': 'nodejs',
      'telemetry.sdk.version': version,
      ...(app && {
        'service.instance.id': `${app.pid}`,
        'process.pid': app.pid,
        'process.command_line': app.command,
        'process.runtime.name': 'nodejs',
        ...(app.node !== undefined && { 'process.runtime.version': app.node.replace(/^v/, '') }),
      }),
    };
    const made: Resource = { attributes, getRawAttributes: () => Object.entries(attributes) };
    this.#resources.set(key, made);
    return made;
  }
}

type OwnPart = Omit<PlainSpan, 'resource' | 'instrumentationScope'>;

function timesOf(start: number, ms: number): Pick<PlainSpan, 'startTime' | 'endTime' | 'duration'> {
  return { startTime: hrTime(start), endTime: hrTime(start + ms), duration: hrTime(ms) };
}

const NOTHING_DROPPED = {
  ended: true as const,
  droppedAttributesCount: 0,
  droppedEventsCount: 0,
  droppedLinksCount: 0,
};

function requestSpan(trace: Trace, context: SpanContext, parent: SpanContext | undefined): OwnPart {
  const { method, url, route, start, duration = 0 } = trace;
  const unit = isUnit(trace);
  const events = [...findingEvents(trace), ...logEvents(trace)];
  return {
    name: unit ? url : route === undefined ? method : `${method} ${route}`,
    kind: unit ? CONSUMER : SERVER,
    spanContext: () => context,
    ...(parent && { parentSpanContext: parent }),
    ...timesOf(start, duration),
    status: isFailed(trace) ? { code: ERROR, message: trace.error ?? '' } : { code: 0 },
    attributes: unit ? { 'scooby.unit': method, 'scooby.id': trace.id } : requestAttributes(trace),
    links: [],
    events: events.slice(0, MAX_EVENTS),
    ...NOTHING_DROPPED,
    droppedEventsCount: Math.max(0, events.length - MAX_EVENTS),
  };
}

function callSpan(span: Span, trace: Trace, context: SpanContext, parent: SpanContext): OwnPart {
  const { name, isClient, attributes } = describeSpan(span, trace);
  const { start, wait = 0, duration = 0, error } = span;
  return {
    name,
    kind: isClient ? CLIENT : INTERNAL,
    spanContext: () => context,
    parentSpanContext: parent,
    ...timesOf(trace.start + start, wait + duration),
    status: error === undefined ? { code: 0 } : { code: ERROR, message: error },
    attributes,
    links: [],
    events: [],
    ...NOTHING_DROPPED,
  };
}

function findingEvents({ findings, start, spans }: Trace): PlainSpan['events'] {
  return findings.map((finding) => ({
    name: 'scooby.finding',
    time: hrTime(start + (spans[finding.spans[0] ?? 0]?.start ?? 0)),
    attributes: {
      'scooby.finding.kind': finding.kind,
      'scooby.finding.severity': finding.severity,
      'scooby.finding.message': finding.message,
      'scooby.finding.calls': finding.spans.length,
      'scooby.finding.ms': finding.ms,
      ...(finding.site !== undefined && { 'scooby.finding.site': finding.site }),
      ...(finding.suggestion !== undefined && { 'scooby.finding.suggestion': finding.suggestion }),
    },
  }));
}

function logEvents({ spans, start }: Trace): PlainSpan['events'] {
  return spans
    .filter(({ kind }) => kind === 'log')
    .map(({ name, detail, frame, start: at }) => ({
      name: 'log',
      time: hrTime(start + at),
      attributes: {
        'log.message': name,
        ...(typeof detail?.level === 'string' && { 'log.severity': detail.level }),
        ...(frame && {
          'code.file.path': `${frame.file}${frameMark(frame)}`,
          'code.line.number': frame.line,
        }),
      },
    }));
}

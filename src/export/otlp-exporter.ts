/** OpenTelemetry's own exporter of traces, fed with plain spans: no SDK, and nothing global. */

import {
  convertLegacyHttpOptions,
  createOtlpHttpExportDelegate,
} from '@opentelemetry/otlp-exporter-base/node-http';
import {
  JsonTraceSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { Trace } from '../domain/trace.js';
import { type OtlpContext, OtlpSpans, type PlainSpan } from './otlp-spans.js';

type Serialized = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0];

const TRACES_PATH = 'v1/traces';

/** Makes the exporter, and what makes spans for it; `onRejected` hears of spans that were refused. */
export function makeOtlpExporter(
  url: string | undefined,
  context: OtlpContext,
  onRejected: (count: number, message: string) => void,
) {
  const spans = new OtlpSpans(context);
  const options = convertLegacyHttpOptions(
    url === undefined ? {} : { url: tracesUrl(url) },
    'TRACES',
    TRACES_PATH,
    { 'Content-Type': 'application/x-protobuf' },
  );
  const delegate = createOtlpHttpExportDelegate(
    options,
    {
      serializeRequest: (batch: PlainSpan[]) =>
        ProtobufTraceSerializer.serializeRequest(batch as unknown as Serialized),
      deserializeResponse: (data) => {
        const response = ProtobufTraceSerializer.deserializeResponse(data);
        const { rejectedSpans, errorMessage = '' } = response.partialSuccess ?? {};
        if (Number(rejectedSpans ?? 0) > 0) onRejected(Number(rejectedSpans), errorMessage);
        return response;
      },
    },
    'otlp_http_span_exporter',
    TraceExporterMetricsHelper as never,
    undefined,
  );
  return { delegate, spansOf: (trace: Trace) => spans.of(trace) };
}

/** A base URL with the path of traces, unless it has it. */
export function tracesUrl(base: string): string {
  const url = new URL(base);
  if (!url.pathname.endsWith(`/${TRACES_PATH}`))
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${TRACES_PATH}`;
  return url.href;
}

/** Requests as one `ExportTraceServiceRequest` in OTLP's JSON form: a line of a collector's file. */
export function otlpJsonOf(traces: Trace[], context: OtlpContext): string {
  const spans = new OtlpSpans(context);
  const all = traces.filter(({ outside }) => !outside).flatMap((trace) => spans.of(trace));
  const bytes = JsonTraceSerializer.serializeRequest(all as unknown as Serialized);
  return Buffer.from(bytes ?? '').toString('utf8');
}

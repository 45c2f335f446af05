/** A collector of OpenTelemetry for tests: decodes what it is sent with the official definitions. */

import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** A span as the definitions have it, with attributes as an object, and ids in hex. */
export interface DecodedSpan {
  name: string;
  kind: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  flags: number;
  status: { code?: string; message?: string };
  attributes: Record<string, unknown>;
  events: { name: string; timeUnixNano: string; attributes: Record<string, unknown> }[];
  resource: Record<string, unknown>;
  scope: { name: string; version: string };
}

const FIXTURES = join(import.meta.dirname, '../../../test/fixtures');
type Attribute = { key: string; value: { value: string; [field: string]: unknown } };

const { loadSync } = createRequire(join(FIXTURES, 'package.json'))('@grpc/proto-loader') as {
  loadSync(file: string, options: object): Record<string, unknown>;
};

const SERVICE = loadSync('opentelemetry/proto/collector/trace/v1/trace_service.proto', {
  includeDirs: [join(FIXTURES, 'otlp')],
  ...{ longs: String, enums: String, defaults: true, oneofs: true },
})['opentelemetry.proto.collector.trace.v1.TraceService'] as {
  Export: {
    requestDeserialize(bytes: Buffer): {
      resourceSpans: {
        resource: { attributes: Attribute[] };
        scopeSpans: { scope: { name: string; version: string }; spans: EncodedSpan[] }[];
      }[];
    };
  };
};

type EncodedSpan = Omit<DecodedSpan, 'attributes' | 'events' | 'traceId' | 'spanId' | 'parentSpanId'> & {
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId: Buffer;
  attributes: Attribute[];
  events: { name: string; timeUnixNano: string; attributes: Attribute[] }[];
};

/** Spans of a request's body. */
export function decodeTraces(body: Buffer): DecodedSpan[] {
  return SERVICE.Export.requestDeserialize(body).resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) =>
      spans.map((span) => ({
        ...span,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        attributes: attributesOf(span.attributes),
        events: span.events.map((event) => ({ ...event, attributes: attributesOf(event.attributes) })),
        resource: attributesOf(resource.attributes),
        scope: { name: scope.name, version: scope.version },
      })),
    ),
  );
}

function hex(bytes: Buffer): string {
  return Buffer.from(bytes).toString('hex');
}

function attributesOf(list: Attribute[]): Record<string, unknown> {
  return Object.fromEntries(list.map(({ key, value }) => [key, value[value.value]]));
}

/** Starts a collector; `answer` decides the status and body of each request by its number, from 0. */
export async function startCollector(
  answer: (n: number) => { status: number; body?: Buffer; headers?: Record<string, string> } = () => ({
    status: 200,
  }),
) {
  const spans: DecodedSpan[] = [];
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  const waiters: (() => void)[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk);
    const { status, body, headers } = answer(requests.length);
    requests.push({ path: req.url!, headers: req.headers });
    const bytes = Buffer.concat(chunks);
    const plain = req.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    if (status === 200) spans.push(...decodeTraces(plain));
    res.writeHead(status, { 'Content-Type': 'application/x-protobuf', ...headers }).end(body);
    for (const wake of waiters.splice(0)) wake();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    /** Resolves once `isEnough`, looked at after each request. */
    async until(isEnough: () => boolean): Promise<void> {
      while (!isEnough()) await new Promise<void>((resolve) => waiters.push(resolve));
    },
    close(): Promise<unknown> {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

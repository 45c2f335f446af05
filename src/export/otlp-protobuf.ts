/**
 * Reader of OTLP's protobuf form, into its JSON form. The definitions:
 * https://github.com/open-telemetry/opentelemetry-proto
 */

import { ImportError } from './field-reader.js';

/** What a field holds; an object is a message of that name. */
type Type = 'text' | 'hex' | 'varint' | 'fixed64' | 'double' | 'flag' | { message: keyof typeof MESSAGES };
type Field = [name: string, type: Type, isList?: 'list'];

/** Fields by number; others are left out. */
const MESSAGES: Record<string, Record<number, Field>> = {
  ExportTraceServiceRequest: { 1: ['resourceSpans', { message: 'ResourceSpans' }, 'list'] },
  ResourceSpans: {
    1: ['resource', { message: 'Attributes' }],
    2: ['scopeSpans', { message: 'ScopeSpans' }, 'list'],
  },
  Attributes: { 1: ['attributes', { message: 'KeyValue' }, 'list'] },
  ScopeSpans: { 2: ['spans', { message: 'Span' }, 'list'] },
  Span: {
    1: ['traceId', 'hex'],
    2: ['spanId', 'hex'],
    4: ['parentSpanId', 'hex'],
    5: ['name', 'text'],
    6: ['kind', 'varint'],
    7: ['startTimeUnixNano', 'fixed64'],
    8: ['endTimeUnixNano', 'fixed64'],
    9: ['attributes', { message: 'KeyValue' }, 'list'],
    11: ['events', { message: 'Event' }, 'list'],
    15: ['status', { message: 'Status' }],
  },
  Event: {
    1: ['timeUnixNano', 'fixed64'],
    2: ['name', 'text'],
    3: ['attributes', { message: 'KeyValue' }, 'list'],
  },
  Status: { 2: ['message', 'text'], 3: ['code', 'varint'] },
  KeyValue: { 1: ['key', 'text'], 2: ['value', { message: 'AnyValue' }] },
  AnyValue: {
    1: ['stringValue', 'text'],
    2: ['boolValue', 'flag'],
    3: ['intValue', 'varint'],
    4: ['doubleValue', 'double'],
    5: ['arrayValue', { message: 'ArrayValue' }],
  },
  ArrayValue: { 1: ['values', { message: 'AnyValue' }, 'list'] },
};

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const MAX_DEPTH = 20;

/** An `ExportTraceServiceRequest` as JSON; throws an ImportError for bytes that are none. */
export function decodeOtlp(bytes: Buffer): object {
  return readMessage(bytes, 'ExportTraceServiceRequest', 0);
}

function readMessage(bytes: Buffer, name: string, depth: number): Record<string, unknown> {
  if (depth > MAX_DEPTH) throw new ImportError('the message is nested too deeply');
  const message: Record<string, unknown> = {};
  let at = 0;
  while (at < bytes.length) {
    const [tag, afterTag] = readVarint(bytes, at);
    const [raw, end] = readRaw(bytes, afterTag, Number(tag & 7n));
    at = end;
    const field = MESSAGES[name]![Number(tag >> 3n)];
    if (field === undefined) continue;
    const [key, type, isList] = field;
    const value = valueOfField(raw, type, depth);
    if (isList) ((message[key] ??= []) as unknown[]).push(value);
    else message[key] = value;
  }
  return message;
}

function valueOfField(raw: bigint | Buffer, type: Type, depth: number): unknown {
  if (typeof type === 'object') return readMessage(bytesOf(raw), type.message, depth + 1);
  switch (type) {
    case 'text':
      return bytesOf(raw).toString('utf8');
    case 'hex':
      return bytesOf(raw).toString('hex');
    case 'flag':
      return raw === 1n;
    case 'double':
      return bytesOf(raw).length === 8 ? bytesOf(raw).readDoubleLE() : 0;
    case 'fixed64':
      return bytesOf(raw).length === 8 ? String(bytesOf(raw).readBigUInt64LE()) : '0';
    case 'varint':
      return typeof raw === 'bigint' ? Number(BigInt.asIntN(64, raw)) : 0;
  }
}

function bytesOf(raw: bigint | Buffer): Buffer {
  if (typeof raw === 'bigint') throw new ImportError('a field is of another type');
  return raw;
}

function readRaw(bytes: Buffer, at: number, wireType: number): [raw: bigint | Buffer, end: number] {
  if (wireType === VARINT) return readVarint(bytes, at);
  const [length, start] = lengthOf(bytes, at, wireType);
  const end = start + length;
  if (end > bytes.length) throw new ImportError('the message is cut off');
  return [bytes.subarray(start, end), end];
}

function lengthOf(bytes: Buffer, at: number, wireType: number): [length: number, start: number] {
  if (wireType === FIXED64) return [8, at];
  if (wireType === FIXED32) return [4, at];
  if (wireType !== BYTES) throw new ImportError('the message is no protobuf');
  const [length, start] = readVarint(bytes, at);
  return [Number(length), start];
}

function readVarint(bytes: Buffer, start: number): [value: bigint, end: number] {
  let value = 0n;
  for (let n = 0; n < 10; n++) {
    const byte = bytes[start + n];
    if (byte === undefined) throw new ImportError('the message is cut off');
    value |= BigInt(byte & 0x7f) << BigInt(7 * n);
    if (byte < 0x80) return [value, start + n + 1];
  }
  throw new ImportError('the message is no protobuf');
}

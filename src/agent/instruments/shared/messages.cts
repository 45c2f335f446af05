/** Spans of messages that an app hands to a broker, whatever the broker: `publish orders/created`. */

import type { KindFacts } from '../../../domain/library.js';
import { bytesIn, dataOf, listOf, plainText } from '../../record/app-values.cjs';
import { serialize } from '../../record/serialize.cjs';
import type { CallInfo } from '../instrument.cjs';

const MAX_NAME = 200;
// Messages of one call whose sizes are added up.
const MAX_COUNTED = 1000;

/** What the kind of these calls is called. */
export const MESSAGE_KINDS: KindFacts[] = [
  { kind: 'message', title: 'Messages', noun: 'message', nouns: 'messages', slow: 1000 },
];

/** Name and details of a message: where it goes and its size, never what it says. */
export function messageCallInfo(verb: string, to: unknown, detail: Record<string, unknown> = {}): CallInfo {
  const name = `${verb} ${String(serialize(plainText(to) ?? ''))}`.trim().slice(0, MAX_NAME);
  const known = Object.entries(detail).filter(([, value]) => value !== undefined);
  return { name, detail: Object.fromEntries(known) };
}

/** Bytes of a payload that is text or bytes; undefined for any other. */
export function payloadBytes(payload: unknown): number | undefined {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return bytesIn(payload)?.length;
}

/** Number of messages of a list, and the bytes of their values. */
export function sumOfMessages(messages: unknown): { messages: number; bytes: number } {
  const list = listOf(messages, MAX_COUNTED);
  const bytes = list.reduce<number>((sum, each) => sum + (payloadBytes(dataOf(each, 'value')) ?? 0), 0);
  return { messages: Array.isArray(messages) ? messages.length : list.length, bytes };
}

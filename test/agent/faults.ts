/** Faults in functions of the agent, injected by name: what may throw, and how an app is asked. */

import { join } from 'node:path';
import { ROOT } from './app.js';

/** NODE_OPTIONS under which functions of the agent can be made to throw. */
export const FAULTS = `--require ${join(ROOT, 'test/fixtures/faults.cjs')}`;

const MAX_ANSWER_MS = 120_000;

/** Functions that catch what they call. */
const GUARDS = [
  'guard:attempt',
  'call/call:beginCall',
  'call/call:endCall',
  'call/call-site:captureCallSite',
  'call/stack:captureStack',
  'preload:installStep',
];
/** Functions that do no more than read a variable, or make a function or an object. */
const PLAIN = [
  'request/context:currentRequest',
  'request/serving:isRequest',
  'request/private-field:tagOfMessage',
  'call/call:bindToRequest',
];
/** Functions that call the app's own function, with nothing before it that is not guarded. */
const PASSES = [
  'call/call:runCall',
  'call/hidden-frames:applyUnseen',
  'instruments/shared/log:writeLine',
  'call/call-site:runDeferred',
  'call/call-site:runInContext',
  'call/observe-promise:observePromise',
  'instruments/pg:queryWithCallback',
  'instruments/pg:recordConnect',
  'request/context:applyInRequest',
  // Of an interval of a library's, which may tick during any request.
  'request/unit:runUnit',
  'request/unit:runInUnit',
];
/** Functions that are not made to throw. */
export const EXCEPTED = new Set([...GUARDS, ...PLAIN, ...PASSES]);

/** Status and body of a path, asked for while a function throws; with `calls` the app makes no others. */
export async function askAt(url: string, path: string, point = '', calls?: string[]): Promise<string> {
  const response = await fetch(url + path, {
    headers: { 'x-point': point, ...(calls && { 'x-calls': calls.join('; ') }) },
    signal: AbortSignal.timeout(MAX_ANSWER_MS),
  });
  return `${response.status} ${await response.text()}`;
}

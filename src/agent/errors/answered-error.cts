/** Whether JSON that an app makes after a call has failed tells of an error: most often it is its answer. */

import { now, type TracedRequest } from '../request/traced-request.cjs';

/** Characters that are looked at. */
const MAX_TEXT = 64 * 1024;
// "error":"…", "errors":[{…}], "loadError":{…}, "failed":["b"]; not "errors":[] and "error":null.
const ERROR_FIELD =
  /"\w{0,40}(?:errors?|failures?|failed|problems?|warnings?)":(?!null|false|\[\]|\{\}|""|0[,}\]])/i;
// {"ok":false}, {"status":"degraded"}, {"db":"down"}
const FAILED_STATE =
  /"(?:ok|success|succeeded|healthy|available)":false|"(?:partial|degraded|stale)":true|:"(?:error|fail|failed|failure|down|unavailable|degraded|unhealthy)"/i;

/** Notes in a request, of which a call has failed, that a JSON text tells of an error: of those before it. */
export function noteAnsweredError(request: TracedRequest, json: unknown): void {
  if (typeof json !== 'string') return;
  const text = json.length > MAX_TEXT ? json.slice(0, MAX_TEXT) : json;
  if (!ERROR_FIELD.test(text) && !FAILED_STATE.test(text)) return;
  request.answeredError = now();
  request.hasFailedCall = false;
}

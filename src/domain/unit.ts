/**
 * Units: what a consumer runs outside requests, each with a trace of its own, which has the unit's
 * kind in place of the method and its name in place of the URL.
 */

/** Kinds of units: a queue's job, a message of a broker or socket, a tick of a timer or schedule. */
export const UNIT_KINDS = ['job', 'message', 'tick'] as const;
export type UnitKind = (typeof UNIT_KINDS)[number];

/** Whether a trace is a unit's; no HTTP method is in lower case. */
export function isUnit({ method }: { method?: string | undefined }): boolean {
  return (UNIT_KINDS as readonly (string | undefined)[]).includes(method);
}

/** Kind of a unit, or `request`. */
export function unitOf({ method }: { method: string }): string {
  return isUnit({ method }) ? method : 'request';
}

export const UNIT_SQL = `iif(method IN ('${UNIT_KINDS.join("', '")}'), method, 'request')`;

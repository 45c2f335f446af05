/** What `scooby verify` and `scooby try` are about: a finding by its id, or the findings of a request. */

import { UserError } from '../../domain/errors.js';
import { routeNameOf } from '../../domain/route.js';
import { escapeToOneLine } from '../../domain/text.js';
import type { Finding, Trace } from '../../domain/trace.js';
import { isUnit } from '../../domain/unit.js';
import type { StoreReader } from '../../store/store.js';
import { isAddress } from './address.js';
import { chooseRequest } from './request.js';

/** A request and those of its findings that are meant. */
export interface VerifySubject {
  trace: Trace;
  findings: Finding[];
}

const FINDING_ID = /^[\da-f]{4,16}$/;
/** Newest requests in which a finding is looked for. */
const MAX_REQUESTS = 200;

/**
 * The newest request that has the finding `wanted`; or the request `wanted`, as in `show`; by
 * default the newest request with findings. `mayHaveNone`: the request itself, also without
 * findings. Throws a UserError (exit 1) when there is none.
 */
export async function verifySubject(
  store: StoreReader,
  wanted: string | undefined,
  now: number,
  mayHaveNone = false,
): Promise<VerifySubject> {
  if (wanted === undefined) return requestWithFindings(store, undefined);
  const isHex = FINDING_ID.test(wanted);
  if (isHex && (await store.idsWith(wanted, 1)).length === 0) return requestOfFinding(store, wanted);
  const trace = await chooseRequest(store, wanted, now);
  if (trace.findings.length > 0 || mayHaveNone) return { trace, findings: trace.findings };
  // A page that was looked at since the fix has no finding any more: an earlier one of its route has.
  if (isAddress(wanted) || wanted === 'last') return requestWithFindings(store, trace);
  throw new UserError(`Request ${trace.id.slice(0, 8)} has no finding to verify.`, 1);
}

async function requestWithFindings(store: StoreReader, like: Trace | undefined): Promise<VerifySubject> {
  for (const summary of await store.recent({}, MAX_REQUESTS)) {
    if (summary.findings.length === 0 || isUnit(summary)) continue;
    if (like && (summary.method !== like.method || routeNameOf(summary) !== routeNameOf(like))) continue;
    const trace = await store.find(summary.id);
    if (trace && trace.findings.length > 0) return { trace, findings: trace.findings };
  }
  const which =
    like === undefined ? 'None' : `None of ${escapeToOneLine(`${like.method} ${routeNameOf(like)}`)}`;
  throw new UserError(
    `${which} of the newest ${MAX_REQUESTS} requests has a finding. All findings:  scooby top --by finding`,
    1,
  );
}

async function requestOfFinding(store: StoreReader, wanted: string): Promise<VerifySubject> {
  const aggregates = await store.aggregates('finding', {});
  const found = aggregates.filter(({ key }) => key.startsWith(wanted));
  const [finding] = found;
  if (finding === undefined)
    throw new UserError(
      `No finding or request "${wanted}" is stored. All findings:  scooby top --by finding --json`,
      1,
    );
  if (found.length > 1)
    throw new UserError(
      `Several findings begin with "${wanted}": ${found.map(({ key }) => key).join(', ')}.`,
      1,
    );
  for (const { id, findings } of await store.recent({}, MAX_REQUESTS)) {
    if (!findings.includes(finding.kind)) continue;
    const subject = subjectIn(await store.find(id), finding.key);
    if (subject) return subject;
  }
  const subject = subjectIn(await store.find(finding.worst.id), finding.key);
  if (subject === undefined) throw new UserError('The request with this finding is no longer stored.', 1);
  return subject;
}

function subjectIn(trace: Trace | undefined, id: string): VerifySubject | undefined {
  const findings = trace?.findings.filter((finding) => finding.id === id) ?? [];
  return trace && findings.length > 0 ? { trace, findings } : undefined;
}

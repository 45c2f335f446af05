/** Tool `verify`: whether findings are gone, as `scooby verify` says it. */

import { z } from 'zod';
import { UserError } from '../../../domain/errors.js';
import { isUnit } from '../../../domain/unit.js';
import type { Verification } from '../../../insight/verify/verdicts.js';
import type { StoreReader } from '../../../store/store.js';
import { verificationOfUnit, verificationOn } from '../../commands/verify.js';
import { verificationLines } from '../../print/verification.js';
import { withRunningApp } from '../../running-app.js';
import type { StorePlace } from '../../select/shared-store.js';
import { withStore } from '../../select/store-options.js';
import { type VerifySubject, verifySubject } from '../../select/verify-subject.js';
import { toolFormat } from '../reading.js';
import { safeFinding, safeTrace } from '../safe-trace.js';
import { defineTool, PAGE_INPUT, PAGE_OUTPUT } from '../tool.js';
import { rejectUnsafe } from './replay.js';

const ADVICE = {
  gone: 'It is gone.',
  better: 'It is better, but not gone.',
  'still there': 'It is still there. Was the app started again with the change?',
  unclear: 'There is no verdict: the two answers cannot be compared.',
};
const FIGURES = z.object({ calls: z.number(), ms: z.number() });

export const verifyTool = defineTool({
  name: 'verify',
  title: 'Is it gone?',
  description:
    "After a fix, and the app's restart: sends the request of a finding to the running app again and says gone, better, still there, or unclear, with both figures. Another method than GET, HEAD or OPTIONS needs confirm: true, which the user has to have agreed to. A job or tick is not sent: its newest run is compared.",
  input: {
    finding: z
      .string()
      .max(2000)
      .optional()
      .describe(
        'id of a finding; or a request or route, for all of its findings; default: the newest with findings',
      ),
    confirm: z.boolean().optional(),
    ...PAGE_INPUT,
  },
  output: {
    verdict: z.enum(['gone', 'better', 'still there', 'unclear']),
    before: z.string(),
    after: z.string(),
    findings: z.array(
      z.object({
        finding: z.string(),
        kind: z.string(),
        verdict: z.string(),
        before: FIGURES,
        after: FIGURES.optional(),
      }),
    ),
    new: z.array(z.string()),
    ...PAGE_OUTPUT,
  },
  acts: 'idempotent',
  run: ({ finding, confirm = false }, { place }) =>
    withStore(place, async (store) => {
      const subject = await verifySubject(store, finding, Date.now());
      const found = isUnit(subject.trace)
        ? await verificationOfUnit(store, subject)
        : await bySending(store, place, subject, finding, confirm);
      const verification = {
        ...found,
        findings: found.findings.map(safeFinding),
        new: found.new.map(safeFinding),
      };
      const { verdict, before, after, findings } = verification;
      return {
        title: ADVICE[verdict],
        lines: verificationLines(safeTrace(subject.trace), verification, toolFormat()),
        advice: verdict === 'gone' ? [] : [`The new request: request {"request":"${after.id.slice(0, 8)}"}`],
        again: { finding: finding ?? subject.trace.id },
        facts: {
          ...{ verdict, before: before.id, after: after.id },
          findings: findings.map(({ id, kind, verdict, before, after }) => ({
            ...{ finding: id, kind, verdict, before },
            ...(after && { after }),
          })),
          new: verification.new.map(({ id }) => id),
        },
      };
    }),
});

/** Verdicts by the running app, or the request's trouble as an error. */
function bySending(
  store: StoreReader,
  { db }: StorePlace,
  subject: VerifySubject,
  finding: string | undefined,
  confirm: boolean,
): Promise<Verification> {
  rejectUnsafe('verify', { finding: finding ?? subject.trace.id }, subject.trace, confirm);
  return withRunningApp(db, (app) =>
    verificationOn(store, app, subject, { yes: confirm }).catch((error: Error) => {
      if (!(error instanceof UserError)) throw error;
      // Its address and the trouble, which are for the fence.
      throw new UserError(`The request could not be sent again, or be compared:\n${error.message}`, 1);
    }),
  );
}

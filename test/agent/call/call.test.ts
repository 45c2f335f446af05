/** Which call an error is that of, seen from inside. */

import { test } from 'tap';
import { endCall, failedCallOf, TracedCall } from '../../../src/agent/call/call.cjs';
import type { Instrument } from '../../../src/agent/instruments/instrument.cjs';

const instrument: Instrument = {
  ...{ library: 'made-up', versions: '*', kind: 'rpc', channel: 'scooby:made-up', files: {} },
  describe: () => ({ name: 'made up' }),
};

test('an error is that of the innermost call that is shown', (t) => {
  const [unseen, inner, outer] = [1, 2, 3].map(
    () => new TracedCall(instrument, undefined, 0, undefined, []),
  ) as [TracedCall, TracedCall, TracedCall];
  unseen.silent = true;
  const error = new Error('refused');
  for (const call of [unseen, inner, outer]) endCall(call, error);
  t.equal(failedCallOf(error), inner);
  t.end();
});

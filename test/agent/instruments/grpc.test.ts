/** Spans of grpc-js; the app behaves as without the agent. */

import { test } from 'tap';
import { driversOf } from '../drivers.js';
import { outcomes } from '../outcomes.js';

const EXPECTED = `
:65 shop.Shop.getItem {"arguments":{"id":7,"token":"REDACTED"},"status":"OK"}
:66 shop.Shop.getItem {"arguments":{"id":404},"status":"NOT_FOUND","failure":"application"} ! 5 NOT_FOUND: no item 404
:68 shop.Shop.list {"arguments":{"of":"pens"},"status":"OK"} (3)
:71 shop.Shop.add {"status":"OK"}
:76 shop.Shop.chat {"status":"OK"} (2)
:80 shop.Shop.getItem {"arguments":{"id":1},"status":"DEADLINE_EXCEEDED","failure":"transport"} ! 4 DEADLINE_EXCEEDED: Deadline exceeded
:82 shop.Shop.getItem {"arguments":{"id":2},"status":"OK"}
`;

for (const driver of driversOf('@grpc/grpc-js')) {
  test(`${driver} records each call with arguments and status, without secrets`, async (t) => {
    const { lines } = await outcomes(t, 'grpc.cjs', { DRIVER: driver });
    // Newer versions append the time and the place of the timeout.
    const same = lines.map((line) => line.replace(/(Deadline exceeded) after .*/, '$1'));
    t.same(same, EXPECTED.trim().split('\n'));
  });
}

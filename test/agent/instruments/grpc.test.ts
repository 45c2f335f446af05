/** What is told of grpc-js, and that it does not notice. */

import { test } from 'tap';
import { driversOf } from '../drivers.js';
import { outcomes } from '../outcomes.js';

const TOLD = `
:65 shop.Shop.getItem {"arguments":{"id":7,"token":"REDACTED"},"status":"OK"}
:66 shop.Shop.getItem {"arguments":{"id":404},"status":"NOT_FOUND","failure":"application"} ! 5 NOT_FOUND: no item 404
:68 shop.Shop.list {"arguments":{"of":"pens"},"status":"OK"} (3)
:71 shop.Shop.add {"status":"OK"}
:76 shop.Shop.chat {"status":"OK"} (2)
:80 shop.Shop.getItem {"arguments":{"id":1},"status":"DEADLINE_EXCEEDED","failure":"transport"} ! 4 DEADLINE_EXCEEDED: Deadline exceeded
:82 shop.Shop.getItem {"arguments":{"id":2},"status":"OK"}
`;

for (const driver of driversOf('@grpc/grpc-js')) {
  test(`${driver} tells each call with its arguments and status, and no secret`, async (t) => {
    const { told } = await outcomes(t, 'grpc.cjs', { DRIVER: driver });
    // Newer ones say after how long, and where.
    const same = told.map((line) => line.replace(/(Deadline exceeded) after .*/, '$1'));
    t.same(same, TOLD.trim().split('\n'));
  });
}

/** Spans of mongodb; the app behaves as without the agent. */

import { test } from 'tap';
import { driversOf } from '../drivers.js';
import { outcomes } from '../outcomes.js';

const EXPECTED = `
:11 users.find {"command":"find","database":"shop","arguments":{"filter":{"name":"Ada","password":"REDACTED"},"limit":1,"singleBatch":true}}
:12 users.insert {"command":"insert","database":"shop","arguments":{"documents":"2 documents","ordered":true}}
:13 users.update {"command":"update","database":"shop","arguments":{"updates":[{"q":{"_id":1},"u":{"$set":{"name":"Eve"}}}],"ordered":true}}
:14 nothing.find {"command":"find","database":"shop","arguments":{"filter":{},"limit":1,"singleBatch":true}} ! no such thing
:16 nothing.find {"command":"find","database":"shop","arguments":{"filter":{},"limit":1,"singleBatch":true}} ! no such thing
`;

for (const driver of driversOf('mongodb')) {
  test(`${driver} records each command with arguments, without secrets`, async (t) => {
    const { lines } = await outcomes(t, 'mongodb.cjs', { DRIVER: driver });
    // Version 6 sends a batchSize for a single document.
    const same = lines.map((line) => line.replace(',"batchSize":1', ''));
    t.same(same, EXPECTED.trim().split('\n'));
  });
}

/** Lines and commands of mongoose, whose queries are sent when they are awaited. */

import { test } from 'tap';
import { driversOf } from '../drivers.js';
import { outcomes } from '../outcomes.js';

const EXPECTED = `
:18 users.find mongoose.findOne
:19 users.find mongoose.find
:21 users.find mongoose.findById
:22 users.update mongoose.updateOne
:23 users.insert mongoose.save
:25 users.insert mongoose.save
:26 users.delete mongoose.deleteOne
:27 users.insert mongoose.insertMany
:28 users.find mongoose.findOne
:28 users.find mongoose.findOne
`;

for (const driver of driversOf('mongoose')) {
  test(`${driver}: each command has the line that made its query`, async (t) => {
    const { spans } = await outcomes(t, 'mongoose.cjs', { DRIVER: driver });
    t.same(
      spans.map(({ site, name, detail }) => `${site?.replace(/^.*(?=:)/, '')} ${name} ${detail?.via}`),
      EXPECTED.trim().split('\n'),
    );
  });
}

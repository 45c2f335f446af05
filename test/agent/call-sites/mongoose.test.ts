/** Lines and commands of mongoose, whose queries are sent when they are awaited. */

import { test } from 'tap';
import { driversOf } from '../drivers.js';
import { outcomes } from '../outcomes.js';

const EXPECTED = `
:12 users.find mongoose.findOne
:13 users.find mongoose.find
:15 users.find mongoose.findById
:16 users.update mongoose.updateOne
:17 users.insert mongoose.save
:19 users.insert mongoose.save
:20 users.delete mongoose.deleteOne
:21 users.insert mongoose.insertMany
:22 users.find mongoose.findOne
:22 users.find mongoose.findOne
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

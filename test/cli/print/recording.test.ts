import { test } from 'tap';
import { recordingNote, unrecordedText } from '../../../src/cli/print/recording.js';

const NONE = { withoutCalls: 0, excluded: 0, unsampled: 0, unmarked: 0, off: 0 };

test('the banner says what is recorded, where that is not each request', (t) => {
  t.equal(recordingNote('all', {}), undefined);
  t.equal(recordingNote('all', { sample: 1, include: ['*'], exclude: [] }), undefined);
  t.equal(recordingNote('all', { sample: 0.01 }), 'recorded: 1 of 100 requests');
  t.equal(
    recordingNote('all', { sample: 0.4, exclude: ['/a', '.b'] }),
    'recorded: 1 of 2.5 requests; not recorded: /a, .b',
  );
  t.equal(
    recordingNote('marked', { sample: 0.01 }),
    'only marked requests are recorded (header X-Scooby-Record: 1, cookie scooby=1, or ?__scooby=1); scooby on records all',
  );
  t.equal(recordingNote('off', {}), 'nothing is recorded; scooby on starts it');
  t.end();
});

test('what was left out, why, and how to have it', (t) => {
  t.equal(unrecordedText(NONE), undefined);
  t.equal(unrecordedText({ ...NONE, unsampled: 1 }), '1 request left out: 1 by --sample');
  t.equal(
    unrecordedText({ withoutCalls: 1200, excluded: 2, unsampled: 3, unmarked: 4, off: 5 }),
    "1,214 requests left out: 1,200 files, modules and health checks without calls (--include '*' has them), 2 by --exclude, 3 by --sample, 4 without a mark (scooby on has them), 5 switched off",
  );
  t.end();
});

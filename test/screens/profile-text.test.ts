import { test } from 'tap';
import {
  calledFunction,
  functionPlace,
  profileHeadline,
  profileRemarks,
  weightShare,
  weightText,
} from '../../src/screens/profile-text.js';
import { aProfile, ORDERS_PROFILE } from '../profile.js';

test('a profile in words', (t) => {
  t.equal(profileHeadline(ORDERS_PROFILE), '50ms of CPU in 7 samples, every 1.0ms');
  const heap = { ...ORDERS_PROFILE, kind: 'heap' as const, interval: 16_384, runs: 3 };
  t.equal(profileHeadline(heap), '50 bytes allocated in 7 samples of 3 runs, every 16 kB');
  t.equal(weightText(heap, 2_500_000), '2.5 MB');
  t.equal(weightShare(ORDERS_PROFILE, 20), '40%');
  t.equal(weightShare(aProfile([]), 0), '0%');
  t.end();
});

test('what a profile leaves out is said', (t) => {
  t.same(profileRemarks(ORDERS_PROFILE), []);
  const more = { others: 3, outside: 2, offCpu: 7, notes: ['a \x1b[2J note'] } as const;
  t.same(profileRemarks({ ...aProfile([]), ...more, notes: [...more.notes] }), [
    'no sample was taken: the request was too short',
    '3 other requests ran meanwhile: not counted',
    "2.0ms of CPU were no request's",
    'for 7.0ms it could run, but was on no CPU: the machine was busy',
    'a \\x1b[2J note',
  ]);
  t.end();
});

test('names and files of functions are safe to print', (t) => {
  const evil = { name: 'a\x1b[2Jb', file: 'src/\u202e.js', line: 3, column: 1, origin: 'own' } as const;
  t.equal(calledFunction(evil), 'a\\x1b[2Jb()');
  t.equal(functionPlace(evil), 'src/\\u{202e}.js:3');
  t.equal(calledFunction({ ...evil, name: '', file: 'app.js' }), '(anonymous) app.js:3');
  t.equal(functionPlace({ ...evil, origin: 'package', package: 'express' }), 'express');
  t.equal(functionPlace({ ...evil, file: '' }), '');
  t.end();
});

import { test } from 'tap';
import { RecordingSwitch } from '../../src/collector/recording-switch.js';

const page = { method: 'GET', path: '/orders' };
const file = { method: 'GET', path: '/app.js' };

test('a mark goes over the mode and the rules, but for off', (t) => {
  const recording = new RecordingSwitch('all', { exclude: ['/orders'] });
  t.same(recording.decide(undefined, page), { isRecorded: false, told: '0' });
  t.same(recording.decide('on', page), { isRecorded: true });
  t.same(recording.decide('off', file), { isRecorded: false, told: '0' });
  t.same(recording.decide(undefined, file), { isRecorded: true, withCalls: true, told: 'calls' });
  t.same(recording.decide('on', file), { isRecorded: true });
  recording.mode = 'marked';
  t.same(recording.decide('on', page), { isRecorded: true });
  t.same(recording.decide(undefined, file), { isRecorded: false });
  recording.mode = 'off';
  t.same(recording.decide('on', page), { isRecorded: false });
  recording.droppedWithoutCalls(3);
  t.same(recording.leftOut, { withoutCalls: 3, excluded: 1, unsampled: 0, unmarked: 1, off: 2 });
  t.end();
});

test('a sample leaves out the others, and counts them', (t) => {
  const recording = new RecordingSwitch('all', { sample: 1 / 4 });
  const decisions = Array.from({ length: 8 }, () => recording.decide(undefined, page).isRecorded);
  t.equal(decisions.filter(Boolean).length, 2);
  t.equal(recording.leftOut.unsampled, 6);
  t.end();
});

test('without rules each request is recorded', (t) => {
  const recording = new RecordingSwitch('all');
  t.same(recording.decide(undefined, file), { isRecorded: true });
  t.same(recording.decide('off', file), { isRecorded: false, told: '0' });
  t.end();
});

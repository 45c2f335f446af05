import { test } from 'tap';
import { analyzeCalls } from '../../../src/insight/calls/describe.js';
import { blocksDuring, blocksOfOthers } from '../../../src/insight/patterns/blocked-times.js';
import { RunLoad } from '../../../src/insight/patterns/run-load.js';
import { sceneOf } from '../../../src/insight/scene.js';
import { Story } from '../story.js';

test('blocks of the request, of those it waited for, and of the run, as far as they overlap', (t) => {
  const load = new RunLoad();
  const noText = () => undefined;
  const other = new Story().block({ ms: 30 }).trace({ id: 'other', start: 200 });
  load.observe(other, analyzeCalls(other, noText).calls);
  const story = new Story().block({ ms: 50 }).idle(9).blocked('buildCsv', { ms: 60 });
  const trace = story.trace({ start: 100 });
  const scene = { ...sceneOf(trace, analyzeCalls(trace, noText)), load };
  const waited = story.spans[1]!.start;
  const end = waited + 60;
  t.same(blocksDuring(scene, { start: 11, end: 400 }), [
    { start: 11, end: 51 },
    { start: waited, end },
    { start: 101, end: 131 },
  ]);
  t.same(blocksOfOthers(scene, { start: 11, end: 110 }), [
    { start: waited, end: Math.min(end, 110) },
    { start: 101, end: 110 },
  ]);
  t.same(blocksDuring(scene, { start: 300, end: 400 }), []);
  t.end();
});

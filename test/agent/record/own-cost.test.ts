import { test } from 'tap';
import {
  closeCost,
  costToCome,
  headCost,
  measureLines,
  StepCost,
} from '../../../src/agent/record/own-cost.cjs';

test('each step is measured at first, later one of sixteen, which stands for the others', (t) => {
  const cost = new StepCost();
  const measured = Array.from({ length: 512 + 64 }, () => {
    const started = cost.start();
    cost.stop(started);
    return started !== 0;
  });
  t.equal(measured.slice(0, 512).filter(Boolean).length, 512);
  t.equal(measured.slice(512).filter(Boolean).length, 4);
  t.equal(cost.stop(0), cost.average);
  t.end();
});

test('an interruption counts as 1 ms at most', (t) => {
  const cost = new StepCost();
  t.equal(cost.note(0.5), 0.5);
  t.equal(cost.average, 0.5);
  t.equal(cost.note(400), 1);
  t.equal(cost.average, 0.75);
  t.equal(cost.note(-1), 0);
  t.end();
});

test('what is measured inside of a step is counted by itself', (t) => {
  const cost = new StepCost();
  const until = (ms: number) => {
    for (const end = performance.now() + ms; performance.now() < end; );
  };
  const before = performance.now();
  let inside = 0;
  const started = cost.start();
  const line = measureLines(2, () => {
    const from = performance.now();
    until(0.8);
    inside = performance.now() - from;
  });
  const rest = cost.stop(started);
  const around = performance.now() - before - inside;
  t.ok(line >= 0.4, `${line}`);
  // However long the process is interrupted, inside or around.
  t.ok(rest <= around + 1e-6, `${rest} of ${around}`);
  t.equal(costToCome(3), headCost.average + closeCost.average + 4 * line);
  t.end();
});

/** Many requests: each is kept while there is room, and neither memory nor descriptors grow with them. */

import http from 'node:http';
import { costOf, get, inParallel, PLAIN_APP, startRun, until } from './scooby-run.mjs';

const STEPS = 10;
/** MB per 100,000 requests, after the first half. */
const MAX_SLOPE = 20;

export async function soak({ count }) {
  const run = await startRun(PLAIN_APP, { options: ['--max-size', '64MB'] });
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  const failures = [];
  const samples = [];
  for (let step = 1; step <= STEPS; step++) {
    await inParallel(16, Math.ceil(count / STEPS), async (n) => {
      const status = await get(`${run.url}/${step}-${n}`, agent).catch((error) => error.message);
      if (status !== 200) failures.push(`/${step}-${n}: ${status}`);
    });
    samples.push({ launcher: costOf(run.child.pid), app: costOf(run.pid) });
  }
  agent.destroy();
  const last = `/${STEPS}-${Math.ceil(count / STEPS) - 1}`;
  const listed = () =>
    run.cli('list', '--json', '-n', '100').then(({ stdout }) => stdout.includes(`"${last}"`));
  await until(listed, () => `${last} to be stored`).catch((error) => failures.push(error.message));
  const slopes = ['launcher', 'app'].map((name) => {
    const slope =
      slopeOf(samples.slice(STEPS / 2).map((sample) => sample[name].mb)) * (STEPS / count) * 100_000;
    if (count >= 100_000 && slope > MAX_SLOPE)
      failures.push(`${name}: ${slope.toFixed(1)} MB per 100,000 requests`);
    const { mb, fds } = samples.at(-1)[name];
    return `${name} ${mb.toFixed(0)} MB (slope ${slope.toFixed(1)} MB per 100,000), ${fds} descriptors`;
  });
  await run.stop();
  return { found: `${count - failures.length} of ${count} answered; ${slopes.join('; ')}`, failures };
}

/** Least squares over equal steps: growth a step. */
function slopeOf(values) {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const products = values.map((value, i) => (i - middle) * (value - mean));
  const squares = values.map((_, i) => (i - middle) ** 2);
  return products.reduce((a, b) => a + b, 0) / squares.reduce((a, b) => a + b, 0);
}

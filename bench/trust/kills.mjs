/** kill -9 of the launcher under load: what clients have seen answered is stored, and the app lives. */

import http from 'node:http';
import { get, inParallel, PLAIN_APP, startRun } from './scooby-run.mjs';

export async function kills({ count, random: { next } }) {
  const failures = [];
  let [answered, recovered] = [0, 0];
  for (let round = 0; round < count; round++) {
    const run = await startRun(PLAIN_APP, { quiet: false });
    const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
    const seen = new Set();
    let isOver = false;
    const load = inParallel(8, Number.POSITIVE_INFINITY, async (n) => {
      const path = `/${round}-${n}`;
      if ((await get(`${run.url}${path}`, agent).catch(() => 0)) === 200) seen.add(path);
      return !isOver;
    });
    await new Promise((resolve) => setTimeout(resolve, 50 + 600 * next()));
    run.child.kill('SIGKILL');
    isOver = true;
    await load;
    agent.destroy();
    // The client may have heard the end of an answer sooner than the launcher's own.
    const { stdout, stderr } = await run.cli('list', '--json', '-n', '1000000');
    const stored = new Set(stdout.split('\n').flatMap((line) => (line === '' ? [] : JSON.parse(line).url)));
    const lost = [...seen].filter((path) => !stored.has(path));
    if (lost.length > 0) failures.push(`round ${round}: ${lost.length} of ${seen.size} lost, ${lost[0]}`);
    const printed = [...run.stderr.matchAll(/^GET (\S+) 200/gm)].filter(([, path]) => !stored.has(path));
    if (printed.length > 0) failures.push(`round ${round}: ${printed.length} printed and not stored`);
    if ((await get(`http://127.0.0.1:${run.port}/alive`).catch(() => 0)) !== 200)
      failures.push(`round ${round}: the app does not answer`);
    recovered += Number(/(\d+) requests? of a run that was killed/.exec(stderr)?.[1] ?? 0);
    answered += seen.size;
    await run.stop();
  }
  return { found: `${answered} answered, none lost; ${recovered} of them saved after the kill`, failures };
}

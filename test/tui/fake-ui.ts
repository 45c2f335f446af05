/** The browser over made-up requests: for development, the end-to-end tests and the bench. Reads its wishes from the environment. */

import { browse } from '../../src/tui/browse.js';
import { NOW, traceAt } from './fake.js';
import { MemoryFeed } from './memory-feed.js';

const number = (name: string, otherwise: number) => Number(process.env[name] ?? otherwise);

function open(): MemoryFeed {
  const feed = new MemoryFeed(number('FAKE_REQUESTS', 400));
  const rate = number('FAKE_RATE', 0);
  let n = 0;
  if (rate > 0) {
    setInterval(() => {
      n++;
      const trace = traceAt(n);
      feed.add({ ...trace, id: trace.id.replace(/^a/, 'f'), start: Date.now() });
    }, 1000 / rate).unref();
  }
  if (process.env.FAKE_EXIT)
    feed.state = { ...feed.state, live: false, exit: { code: 1, stderr: ['Error: boom'] } };
  return feed;
}

if (process.env.FAKE_NOW !== '0') Date.now = () => NOW + 3000;

browse({
  open,
  ...(process.argv.includes('--ascii') ? { ascii: true } : {}),
  plain: process.argv.includes('--plain'),
}).then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  },
);

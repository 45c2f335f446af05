/** Entry of the page. */

import { connectFeed } from '../client/http-feed.js';

const root = document.getElementById('root')!;

async function show(): Promise<void> {
  const feed = await connectFeed();
  const draw = async () => {
    const rows = await feed.page({ query: [] }, { by: 'time', reverse: false }, 0, 50);
    root.textContent = rows.map(({ method, url, duration }) => `${method} ${url} ${duration}`).join('\n');
  };
  feed.subscribe(() => void draw());
  await draw();
}

show().catch((error: Error) => {
  root.textContent = error.message;
});

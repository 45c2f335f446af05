/** Start of the page: draws it once its feed is connected, or says why it is not. */

import { createRoot } from 'react-dom/client';
import type { Feed } from '../../feed/feed.js';
import { PageApp } from './components/PageApp.js';
import { StartFailure } from './components/StartFailure.js';

/** Draws the page of a feed. */
export function startPage(connecting: Promise<Feed>): void {
  const root = createRoot(document.getElementById('root')!);
  connecting.then(
    (feed) => root.render(<PageApp feed={feed} />),
    (error: Error) => root.render(<StartFailure message={error.message} />),
  );
}

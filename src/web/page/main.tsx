/** Entry of the page. */

import { createRoot } from 'react-dom/client';
import { connectFeed } from '../client/http-feed.js';
import { PageApp } from './components/PageApp.js';
import { StartFailure } from './components/StartFailure.js';

const root = createRoot(document.getElementById('root')!);

connectFeed().then(
  (feed) => root.render(<PageApp feed={feed} />),
  (error: Error) => root.render(<StartFailure message={error.message} />),
);

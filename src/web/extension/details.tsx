/** Entry of the details: a request, in a frame of the panel. */

import { createRoot } from 'react-dom/client';
import { DetailsApp } from './DetailsApp.js';
import { DetailsFeed, type DetailsSource } from './details-feed.js';

const { scoobyRequests } = parent as unknown as { scoobyRequests: DetailsSource };
const feed = new DetailsFeed(scoobyRequests);
createRoot(document.getElementById('root')!).render(
  <DetailsApp feed={feed} onClose={() => scoobyRequests.close()} />,
);

/** Entry of the page: asks for what is shown first while the rest of its script is still being read. */

import { connectFeed } from '../client/http-feed.js';
import { connectByKey } from '../client/page-key.js';
import { firstQuestions } from './first-questions.js';
import { parsePageAddress } from './state/address.js';

const connecting = connectByKey((key) => {
  const address = parsePageAddress(location.hash);
  if (address.at !== 'list') void import('./components/LaterViews.js');
  return connectFeed({ key, first: firstQuestions(address) });
});
// The start says why it failed.
connecting.catch(() => {});
void import('./start.js').then(({ startPage }) => startPage(connecting));

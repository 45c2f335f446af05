/** What the first rows of the list do without: in a file of its own, which is read once the page is idle. */

import type { PageAddress } from '../state/address.js';
import { DiffView } from './DiffView.js';
import { PageDialogs } from './PageDialogs.js';
import { RequestPane } from './RequestPane.js';

/** The request or the comparison of an address, and the box that is open. */
export function LaterViews({ address }: { address: PageAddress | undefined }) {
  if (address === undefined) return <PageDialogs />;
  if (address.at === 'request') return <RequestPane address={address} />;
  return address.at === 'diff' ? <DiffView address={address} /> : null;
}

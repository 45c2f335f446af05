/** Types of what records profiles. */

import type { TracedRequest } from '../request/traced-request.cjs';
import type { ProfileEnd } from './encode-profile.cjs';
import type { ProfileTree } from './profile-tree.cjs';

/** What a profile of a request was made of. */
export interface RequestProfile {
  tree: ProfileTree;
  end: ProfileEnd;
}

/** A way to take a profile, of all requests at once. */
export interface ProfileRecorder {
  /** Starts it; a sentence says why that cannot be. */
  start(): string | undefined;
  /** Ends it; returns the profile of each request. */
  stop(requests: TracedRequest[]): RequestProfile[];
}

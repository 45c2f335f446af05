/** Instrument of @opensearch-project/opensearch: commands at its transport. */

import type { Instrument } from './instrument.cjs';
import { describeSearch, patchHelpers, patchTransport } from './shared/search.cjs';

type Class = { prototype: object };

export const opensearch: Instrument = {
  library: '@opensearch-project/opensearch',
  versions: '>=1 <4',
  kind: 'rpc',
  channel: 'scooby:opensearch',
  describe: describeSearch,
  depth: 20,
  files: {
    '@opensearch-project/opensearch/lib/Transport.js': (Transport: Class) =>
      patchTransport(opensearch, Transport),
    '@opensearch-project/opensearch/lib/Helpers.js': patchHelpers,
  },
};

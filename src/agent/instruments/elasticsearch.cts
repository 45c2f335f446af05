/** Instrument of @elastic/elasticsearch: commands at its transport, a package of its own since 8. */

import type { Instrument } from './instrument.cjs';
import { describeSearch, patchDiagnostic, patchHelpers, patchTransport } from './shared/search.cjs';

type Class = { prototype: object };
/** A module of a class: in CommonJS that of 7, `default` since; in ES modules a binding. */
type ClassModule = Class | Record<string, Class>;

export const elasticsearch: Instrument = {
  library: '@elastic/elasticsearch',
  versions: '>=7 <10',
  kind: 'rpc',
  channel: 'scooby:elasticsearch',
  describe: describeSearch,
  depth: 20,
  files: {
    '@elastic/elasticsearch/lib/Transport.js': patchRequests,
    '@elastic/elasticsearch/lib/Helpers.js': (loaded: ClassModule) =>
      patchHelpers(classOf(loaded, 'Helpers')),
    '@elastic/elasticsearch/lib/helpers.js': (loaded: ClassModule) =>
      patchHelpers(classOf(loaded, 'Helpers')),
    '@elastic/elasticsearch/esm/helpers.js': (loaded: ClassModule) =>
      patchHelpers(classOf(loaded, 'Helpers')),
    '@elastic/transport/lib/Transport.js': patchRequests,
    '@elastic/transport/esm/Transport.js': patchRequests,
    '@elastic/transport/lib/Diagnostic.js': patchEvents,
    '@elastic/transport/esm/Diagnostic.js': patchEvents,
  },
  esm: {
    '@elastic/elasticsearch/esm/helpers.js': ['Helpers'],
    '@elastic/transport/esm/Transport.js': ['Transport'],
    '@elastic/transport/esm/Diagnostic.js': ['Diagnostic'],
  },
};

function classOf(loaded: ClassModule, name: string): Class {
  if (typeof loaded === 'function') return loaded as Class;
  const classes = loaded as Record<string, Class>;
  return classes.default ?? classes[name]!;
}

function patchRequests(loaded: ClassModule): void {
  patchTransport(elasticsearch, classOf(loaded, 'Transport'));
}

function patchEvents(loaded: ClassModule): void {
  patchDiagnostic(classOf(loaded, 'Diagnostic'));
}

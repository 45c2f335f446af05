/** What can be seen, told of the lists of instruments, views and call-site libraries: `scooby doctor` and docs/libraries.md are made of it. */

import { callSiteLibraries } from './call-sites/index.cjs';
import { frameworks } from './frameworks/index.cjs';
import { instruments } from './instruments/index.cjs';
import { packageName } from './loader/cjs.cjs';

/** One library that can be seen, and how. */
export interface Coverage {
  library: string;
  versions: string;
  /**
   * The kind of its spans; `route` for a framework, whose routes and handlers are told; `line` for a library whose
   * drivers' calls get the line of the app.
   */
  kind: string;
  how:
    | 'patched'
    | 'its own channels'
    | 'patched, and its own channels'
    | 'read from the request'
    | 'Node’s own'
    | 'its calls show the line of the app';
  /** The packages that bring it; none for what is Node's own. */
  packages: string[];
  /** Files, and a text of its own, by which it is known inside a bundle. */
  files: string[];
  marker?: string;
}

/** Answers every library that can be seen, in the order of the lists. */
export function coverage(): Coverage[] {
  return [
    ...instruments.map((one) => covered(one, one.kind)),
    ...frameworks.map((one) => covered({ ...one, channels: one.channels ?? {} }, 'route')),
    ...callSiteLibraries.map((one): Coverage => {
      return { ...covered(one, 'line'), how: 'its calls show the line of the app' };
    }),
  ];
}

interface Listed {
  library: string;
  versions: string;
  marker?: string;
  files?: Record<string, unknown>;
  channels?: Record<string, unknown>;
}

function covered({ library, versions, marker, files = {}, channels = {} }: Listed, kind: string): Coverage {
  const names = Object.keys(files);
  const heard = Object.keys(channels).length > 0;
  // Node's own libraries have no versions of their own.
  const builtin = names.length === 0 && versions === '*';
  const how = builtin
    ? 'Node’s own'
    : names.length === 0
      ? heard
        ? 'its own channels'
        : 'read from the request'
      : heard
        ? 'patched, and its own channels'
        : 'patched';
  const packages = builtin ? [] : [...new Set([library, ...names.map(packageName)])];
  const known = { files: names, ...(marker !== undefined && { marker }) };
  return { library, versions, kind, how, packages, ...known };
}

/** List of supported libraries; `scooby doctor` and docs/libraries.md are generated from it. */

import type { GuestConfig } from '../domain/link.js';
import { callSiteLibraries } from './call-sites/index.cjs';
import { frameworks } from './frameworks/index.cjs';
import { guestInstruments } from './guests/guests.cjs';
import { instruments } from './instruments/index.cjs';
import { packageName } from './loader/cjs.cjs';
import { unitLibraries } from './units/index.cjs';

/** A supported library, and how the agent observes it. */
export interface Coverage {
  library: string;
  versions: string;
  /**
   * Kind of its spans. `route` for a web framework, which supplies a request's route and handler;
   * `line` for a library that calls drivers in a later tick: their spans get the app's line; `unit`
   * for one that runs the app's code outside requests.
   */
  kind: string;
  how:
    | 'patched'
    | 'its own channels'
    | 'patched, and its own channels'
    | 'read from the request'
    | 'Node’s own'
    | 'its calls show the line of the app'
    | 'what it runs has a trace of its own';
  /** Packages that contain it; empty for a Node builtin. */
  packages: string[];
  /** Patched files, and a text unique to the library: each identifies it inside a bundle. */
  files: string[];
  marker?: string;
}

/** Supported libraries in the order of the lists: instruments, frameworks, call-site libraries, libraries of units. */
export function coverage(): Coverage[] {
  return [
    ...instruments.map((instrument) => coverageOf(instrument, instrument.kind)),
    ...frameworks.map((framework) => coverageOf(framework, 'route')),
    ...callSiteLibraries.map((library): Coverage => {
      return { ...coverageOf(library, 'line'), how: 'its calls show the line of the app' };
    }),
    ...unitLibraries.map((library): Coverage => {
      return { ...coverageOf(library, 'unit'), how: 'what it runs has a trace of its own' };
    }),
  ];
}

/** What the instruments of a configuration cover, and what is wrong with those that cannot be loaded. */
export function guestCoverage(configs: GuestConfig[]): {
  coverage: Coverage[];
  troubles: { name: string; trouble: string }[];
} {
  const troubles: { name: string; trouble: string }[] = [];
  const guests = guestInstruments(configs, (name, trouble) => void troubles.push({ name, trouble }));
  const all = guests.map((guest) => coverageOf(guest, guest.kind));
  // Several functions of a module may be watched.
  const isFirst = ({ library, kind }: Coverage, at: number) =>
    all.findIndex((other) => other.library === library && other.kind === kind) === at;
  return { coverage: all.filter(isFirst), troubles };
}

interface ListedLibrary {
  library: string;
  versions: string;
  marker?: string;
  files?: Record<string, unknown>;
  channels?: Record<string, unknown>;
}

function coverageOf(listed: ListedLibrary, kind: string): Coverage {
  const { library, versions, marker } = listed;
  const files = Object.keys(listed.files ?? {});
  // Builtins have the versions of Node.
  const builtin = files.length === 0 && versions === '*';
  const packages = builtin ? [] : [...new Set([library, ...files.map(packageName)])];
  return {
    library,
    versions,
    kind,
    how: builtin ? 'Node’s own' : observationOf(files, Object.keys(listed.channels ?? {})),
    packages,
    files,
    ...(marker !== undefined && { marker }),
  };
}

function observationOf(files: string[], channels: string[]): Coverage['how'] {
  if (files.length === 0) return channels.length > 0 ? 'its own channels' : 'read from the request';
  return channels.length > 0 ? 'patched, and its own channels' : 'patched';
}

/** Instruments by others: those that the project's configuration names. */

import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { KindFacts } from '../../domain/library.js';
import type { GuestConfig } from '../../domain/link.js';
import { addAgentScript } from '../call/own-script.cjs';
import type { Instrument } from '../instruments/instrument.cjs';
import { instrumentsOf } from './guest.cjs';
import { filesOfModule, isEsModule } from './module-files.cjs';
import { type Watcher, watcherOf } from './watch.cjs';

/** An instrument, and how it replaces exports: of those in a configuration only. */
export type GuestInstrument = Instrument & Partial<Pick<Watcher, 'replaced'>>;

/** Hears what is wrong with a file, package or function that a configuration names. */
export type GuestTroubleListener = (name: string, trouble: string) => void;

/** All instruments that the configurations name; what is wrong with one does not touch the others. */
export function guestInstruments(configs: GuestConfig[], onTrouble: GuestTroubleListener): GuestInstrument[] {
  return configs.flatMap(({ from, instruments = [], watch = [], kinds = [] }) => [
    ...instruments.flatMap((path) =>
      guarded(path, onTrouble, () => loadGuest(from, path).map((guest) => withKinds(guest, kinds))),
    ),
    ...watch.flatMap((watched) => {
      const name = `${watched.module}: ${watched.export}`;
      return guarded(name, onTrouble, () => [watcherOf(watched, filesOfModule(from, watched.module), kinds)]);
    }),
  ]);
}

function guarded<T>(name: string, onTrouble: GuestTroubleListener, make: () => T[]): T[] {
  try {
    return make();
  } catch (error) {
    onTrouble(name, messageOf(error));
    return [];
  }
}

/** First line of what was thrown: Node's has a stack of requires below it. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0]!.slice(0, 300);
}

/** Instruments of a file or package, as resolved from a configuration file. */
export function loadGuest(from: string, path: string): Instrument[] {
  const require = createRequire(from);
  const file = resolveGuest(require, from, path);
  if (isEsModule(file) || /\.[cm]?tsx?$/.test(file))
    throw new Error(
      'is an ES module or TypeScript: an instrument is loaded before the app, by require(), so it has to be a CommonJS file (.cjs)',
    );
  addAgentScript(file);
  return instrumentsOf(require(file), basename(path));
}

function resolveGuest(require: NodeJS.Require, from: string, path: string): string {
  try {
    return require.resolve(path);
  } catch {
    try {
      return require.resolve(join(dirname(from), path));
    } catch {
      throw new Error(`cannot be found from ${dirname(from)}`);
    }
  }
}

/** What the configuration says of a kind goes over what its instrument says. */
function withKinds(guest: Instrument, kinds: KindFacts[]): Instrument {
  const own = kinds.find(({ kind }) => kind === guest.kind);
  if (own !== undefined) guest.kinds = [{ ...guest.kinds?.[0], ...own }];
  return guest;
}

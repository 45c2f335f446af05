/** Own code: which files are the app's, among libraries, generated clients, and apps that are packages. */

import { isAbsolute, relative, sep } from 'node:path';
import { packageOfPath } from '../../domain/infrastructure.cjs';
import type { Frame } from '../../domain/trace.js';
import { Lru } from '../util/lru.js';
import type { Disk } from './disk.js';
import { type Generated, generatedKind } from './generated-code.js';
import { packageFrame, packageMatcher } from './package-code.js';
import { isLibrary } from './script-location.js';

/** Options of OwnCode. */
export interface OwnCodeOptions {
  /** Paths of the project's folder, as given and without symbolic links. */
  roots: string[];
  /** Path of the agent's file or folder. */
  agent: string | undefined;
  /** Names of packages that count as the app's code; `@acme/*` stands for a scope. */
  packages: string[];
  disk: Disk;
}

/** Files of which it is known whether they are generated. */
const MAX_KNOWN_FILES = 10_000;

/** Decides which frames are the app's. */
export class OwnCode {
  #options: OwnCodeOptions;
  #isAppPackage: (name: string) => boolean;
  /** Kind of generated code by path; null for code that is none. */
  #generated = new Lru<Generated | null>(MAX_KNOWN_FILES);
  /** Frames that stand for the app in stacks without a frame of it; null for those that do not. */
  #standIns = new Map<Frame, Frame | null>();

  constructor(options: OwnCodeOptions) {
    this.#options = options;
    this.#isAppPackage = packageMatcher(options.packages);
  }

  /** Whether a file may be the app's by its path: generated files are, before their text is known. */
  isOwnPath(path: string): boolean {
    if (this.#isAgent(path)) return false;
    return this.#isProjectFile(path) || this.#isAppPackage(packageOfPath(path) ?? '');
  }

  /** Frame of a file that may be the app's; `readText` returns the file's text, or its beginning. */
  frameOf(frame: Omit<Frame, 'application'>, path: string, readText: ReadText): Frame {
    if (this.#isGenerated(path, readText)) return { ...frame, application: false };
    const name = this.#isProjectFile(path) ? undefined : packageOfPath(path);
    return { ...frame, application: true, ...(name !== undefined && { package: name }) };
  }

  /**
   * The frames of a stack. Where none is the app's, those of packages that are neither driver, ORM
   * nor framework stand for it (an app that was installed as a package), and generated resolvers.
   */
  stackOf(frames: Frame[], absolute: (file: string) => string | undefined): Frame[] {
    if (frames.some(({ application }) => application)) return frames;
    return frames.map((frame) => {
      let standIn = this.#standIns.get(frame);
      if (standIn === undefined) {
        standIn = this.#standInOf(frame, absolute(frame.file)) ?? null;
        this.#standIns.set(frame, standIn);
      }
      return standIn ?? frame;
    });
  }

  #standInOf(frame: Frame, path: string | undefined): Frame | undefined {
    if (path !== undefined && this.#generated.get(path) === 'other') return { ...frame, application: true };
    // Installed beside the app, the agent is a package, too.
    return path !== undefined && this.#isAgent(path) ? undefined : packageFrame(frame);
  }

  #isAgent(path: string): boolean {
    const { agent } = this.#options;
    return agent !== undefined && agent !== '' && (path === agent || path.startsWith(agent + sep));
  }

  // A project may be a package itself: /srv/node_modules/unleash-server, started in its folder.
  #isProjectFile(path: string): boolean {
    if (!isLibrary(path)) return true;
    const root = this.#options.roots.find((root) => isInside(root, path));
    return root !== undefined && !isLibrary(sep + relative(root, path));
  }

  #isGenerated(path: string, readText: ReadText): boolean {
    const known = this.#generated.get(path);
    if (known !== undefined) return known !== null;
    const kind = generatedKind(path, readText() ?? '', (file) => this.#options.disk.read(file));
    return this.#generated.set(path, kind ?? null) !== null;
  }
}

type ReadText = () => string | undefined;

/** Whether a path is below a folder. */
export function isInside(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside);
}

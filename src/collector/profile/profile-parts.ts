/** Parts of profiles, as the app's processes send them, until each is whole. */

import type { LinkLine } from '../../domain/link.js';

type ProfileLine = Extract<LinkLine, { t: 'profile' }>;

/** A whole profile as a process has sent it, in its units. */
export interface SentProfile {
  id: string;
  kind: ProfileLine['kind'];
  functions: NonNullable<ProfileLine['functions']>;
  nodes: number[][];
  /** Node, weight, and µs since the process's origin. */
  samples: [number, number, number][];
  end: NonNullable<ProfileLine['end']>;
  size: number;
}

/** Numbers in one profile, and in all that are not whole yet. */
const MAX_SIZE = 2_000_000;
const MAX_PENDING_SIZE = 8_000_000;
const MAX_PENDING = 500;

/** Profiles of one process that are not whole yet, the oldest first. */
export class ProfileParts {
  #pending = new Map<string, SentProfile>();
  #size = 0;

  /** Adds a part; returns the profile that it completes. One that is too large is left out. */
  add(line: ProfileLine): SentProfile | undefined {
    const { id, kind, functions = [], nodes = [], samples = [], at = 0, end } = line;
    const key = `${id} ${kind}`;
    const profile = this.#pending.get(key) ?? this.#begin(key, line);
    for (const [name, script, row, column] of functions) profile.functions.push([name, script, row, column]);
    for (const node of nodes) profile.nodes.push(node);
    for (const [node, weight, after] of samples) profile.samples.push([node, weight, at + after]);
    const added =
      4 * functions.length + 3 * samples.length + nodes.reduce((sum, node) => sum + node.length, 0);
    profile.size += added;
    this.#size += added;
    if (end === undefined) {
      this.#forget(key);
      return undefined;
    }
    this.#delete(key);
    return profile.size > MAX_SIZE ? undefined : Object.assign(profile, { end });
  }

  #begin(key: string, { id, kind }: ProfileLine): SentProfile {
    const profile: SentProfile = {
      id,
      kind,
      functions: [],
      nodes: [],
      samples: [],
      end: { interval: 0 },
      size: 1,
    };
    this.#size += profile.size;
    this.#pending.set(key, profile);
    return profile;
  }

  #delete(key: string): void {
    this.#size -= this.#pending.get(key)?.size ?? 0;
    this.#pending.delete(key);
  }

  /** Forgets the oldest where there are too many: their last part was lost. */
  #forget(newest: string): void {
    for (const key of this.#pending.keys()) {
      if (this.#pending.size <= MAX_PENDING && this.#size <= MAX_PENDING_SIZE) return;
      if (key !== newest || this.#size > MAX_PENDING_SIZE) this.#delete(key);
    }
  }
}

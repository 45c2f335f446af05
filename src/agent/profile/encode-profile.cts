/** Encodes a request's profile as lines of the link, of some 50 KB each. */

import { fileURLToPath } from 'node:url';
import type { LinkLine } from '../../domain/link.js';
import { isKnownScript } from '../call/stack.cjs';
import { attempt } from '../guard.cjs';
import { mapsOf } from '../loader/evaluated.cjs';
import { encodeLine } from '../record/encode-span.cjs';
import type { ProfileTree } from './profile-tree.cjs';

type ProfileLine = Extract<LinkLine, { t: 'profile' }>;
/** What a profile's last line has. */
export type ProfileEnd = NonNullable<ProfileLine['end']>;

const FUNCTIONS_A_LINE = 400;
const NODES_A_LINE = 1500;
const SAMPLES_A_LINE = 3000;
const MAX_TOLD = 20_000;

/** Scripts whose map was asked for. */
const told = new Set<string>();

/** Lines of a profile; source maps that only this process has precede them. */
export function encodeProfile(
  about: Pick<ProfileLine, 'id' | 'kind'>,
  { functions, nodes, samples }: ProfileTree,
  end: ProfileEnd,
): string[] {
  const lines: string[] = mapLines(functions);
  const add = (part: Omit<ProfileLine, 't' | 'id' | 'kind'>) =>
    lines.push(encodeLine({ t: 'profile', ...about, ...part }));
  for (let i = 0; i < functions.length; i += FUNCTIONS_A_LINE)
    add({ functions: functions.slice(i, i + FUNCTIONS_A_LINE) });
  for (let i = 0; i < nodes.length; i += NODES_A_LINE) add({ nodes: nodes.slice(i, i + NODES_A_LINE) });
  for (let i = 0; i < samples.length; i += SAMPLES_A_LINE) {
    const part = samples.slice(i, i + SAMPLES_A_LINE);
    const [, , at] = part[0]!;
    add({ at, samples: part.map(([node, weight, time]) => [node, weight, time - at]) });
  }
  add({ end });
  return lines;
}

/** Lines of the maps of scripts that neither a stack nor a profile has shown so far. */
function mapLines(functions: ProfileTree['functions']): string[] {
  const names = new Set<string>();
  for (const [, script] of functions) {
    if (script === '' || script.startsWith('node:')) continue;
    // The inspector names all files by a URL, stacks only modules.
    for (const name of [script, attempt(pathOfUrl, script) ?? script])
      if (!told.has(name) && !isKnownScript(name)) names.add(name);
  }
  const lines: string[] = [];
  for (const name of names) if (told.size < MAX_TOLD) told.add(name);
  for (const [file, map] of mapsOf([...names])) lines.push(encodeLine({ t: 'map', file, map }));
  return lines;
}

function pathOfUrl(script: string): string | undefined {
  return script.startsWith('file:') ? fileURLToPath(script.replace(/[?#].*$/s, '')) : undefined;
}

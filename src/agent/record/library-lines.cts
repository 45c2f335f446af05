/** Lines on libraries: that one was loaded, its facts, and what of it is not recorded. */

import { readFileSync } from 'node:fs';
import type { LibraryFacts } from '../../domain/library.js';
import type { LinkLine } from '../../domain/link.js';
import { packageName, packagePath } from '../loader/cjs.cjs';
import { encodeLine } from './encode-span.cjs';
import { sendLines } from './transport.cjs';

/** Package folders whose `library` line has been sent. */
const reportedFolders = new Set<string>();

/** Says of a library, or of a part of the agent by its name, what is not recorded. */
export function reportTrouble(name: string, version: string, trouble: string): void {
  sendLines(encodeLine({ t: 'library', name, version, trouble }), false);
}

/** Reports that a package was loaded, once a folder, and the error of its patch, each time. */
export function reportLibrary(
  filename: string,
  error?: unknown,
  facts: Partial<LibraryFacts & { library: string; kind: string }> = {},
): void {
  const path = packagePath(filename);
  // A file of the app's own has no package.
  const name = packageName(path) || (facts.library ?? '');
  const folder = filename.slice(0, filename.length - path.length + name.length);
  const trouble = error instanceof Error ? error.message : undefined;
  // Several functions of a file may be watched, each with a kind of its own.
  const place = facts.kinds === undefined ? folder : `${folder} ${facts.kind}`;
  if (reportedFolders.has(place) && trouble === undefined) return;
  reportedFolders.add(place);
  let version = '';
  try {
    if (path !== '') version = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).version;
  } catch {
    // A package without package.json is reported without its version.
  }
  const line: LinkLine = { t: 'library', name, version, ...factsOf(facts) };
  if (trouble !== undefined) line.trouble = trouble;
  if (facts.library !== undefined && facts.library !== name) line.library = facts.library;
  sendLines(encodeLine(line), false);
}

/** Facts of the `library` line, which precedes the first span that is interpreted by them. */
function factsOf({ dialect, explain, mapper, kinds }: LibraryFacts): LibraryFacts {
  return {
    ...(dialect !== undefined && { dialect }),
    ...(explain !== undefined && { explain }),
    ...(mapper !== undefined && { mapper }),
    ...(kinds?.some((facts) => Object.keys(facts).length > 1) && { kinds }),
  };
}

/** Packages whose code is the app's where a stack has no line of the project: `node_modules/unleash-server`. */

import { isInfrastructure, packageOfPath } from '../../domain/infrastructure.cjs';
import type { Frame } from '../../domain/trace.js';

/** Test for names in a list, where `@acme/*` stands for each package of a scope. */
export function packageMatcher(patterns: string[]): (name: string) => boolean {
  const names = new Set(patterns);
  const starts = patterns.flatMap((pattern) => (pattern.endsWith('*') ? pattern.slice(0, -1) : []));
  return (name) => names.has(name) || starts.some((start) => name.startsWith(start));
}

/**
 * A frame of a library as one of the app, marked with its package; undefined for a frame of the
 * infrastructure, of Node, and of no package.
 */
export function packageFrame(frame: Frame): Frame | undefined {
  if (frame.application) return undefined;
  const name = packageOfPath(frame.file);
  return name === undefined || isInfrastructure(name)
    ? undefined
    : { ...frame, application: true, package: name };
}

/** Entries of a Server-Timing header, as a resource's `serverTiming` has them. */

import type { TimingEntry } from '../badge/figures.js';

const MAX_TEXT = 4096;
const ENTRY = /([\w!#$%&'*+.^`|~-]+)((?:\s*;\s*[\w!#$%&'*+.^`|~-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^,;"\s]*))*)/g;
const PARAMETER = /;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,;"\s]*))/g;

/** Entries in the order of the header; what is none is left out. */
export function parseServerTiming(text: string): TimingEntry[] {
  return [...text.slice(0, MAX_TEXT).matchAll(ENTRY)].map(([, name = '', parameters = '']) => {
    const values = new Map(
      [...parameters.matchAll(PARAMETER)].map(([, key = '', quoted, bare = '']) => [
        key.toLowerCase(),
        quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1'),
      ]),
    );
    return {
      name,
      duration: Number.parseFloat(values.get('dur') ?? '0') || 0,
      description: values.get('desc') ?? '',
    };
  });
}

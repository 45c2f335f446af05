/** Locals of a call: the variables of the app's functions that made it, read in a replay of its request. */

import type { Frame, RecordedSpan } from './trace.js';

/** Variables of one frame by name, as texts. */
export interface LocalsOfFrame {
  frame: Frame;
  variables: [name: string, text: string][];
}

/** Locals of a call, innermost frame first; empty where none were read, or what is stored is none. */
export function localsOf({
  detail,
  stack,
}: {
  detail?: RecordedSpan['detail'] | undefined;
  stack: Frame[];
}): LocalsOfFrame[] {
  const read = detail?.locals;
  if (!Array.isArray(read)) return [];
  return read.flatMap((entry: unknown) => {
    if (!Array.isArray(entry)) return [];
    const [index, variables] = entry as unknown[];
    const frame = stack[Number(index)];
    if (frame === undefined || typeof variables !== 'object' || variables === null) return [];
    return [
      {
        frame,
        variables: Object.entries(variables).filter(
          (pair): pair is [string, string] => typeof pair[1] === 'string',
        ),
      },
    ];
  });
}

/** What the text around a frame's line says, found once for a reader that lives longer than one trace. */

import type { Frame } from '../../domain/trace.js';
import type { ReadLine } from './loop-line.js';

/** Facts by reader and frame; `find` reads them. */
export class LineFacts<T> {
  readonly #byReader = new WeakMap<ReadLine, WeakMap<Frame, T>>();
  readonly #find: (frame: Frame, readLine: ReadLine) => T;

  constructor(find: (frame: Frame, readLine: ReadLine) => T) {
    this.#find = find;
  }

  of(frame: Frame, readLine: ReadLine): T {
    let byFrame = this.#byReader.get(readLine);
    if (byFrame === undefined) this.#byReader.set(readLine, (byFrame = new WeakMap()));
    let facts = byFrame.get(frame);
    if (facts === undefined) byFrame.set(frame, (facts = this.#find(frame, readLine)));
    return facts;
  }
}

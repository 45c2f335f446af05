/** Where the handlers of requests are written: by the functions in the stacks of their calls. */

import { formatSite } from '../domain/site.js';
import type { Frame, RecordedSpan } from '../domain/trace.js';
import { type FileRoute, fileRoute } from './file-route.js';

type WithStack = Pick<RecordedSpan, 'kind' | 'stack'>;

/** Stacks of a request that are looked at. */
const MAX_STACKS = 100;

const IN_PACKAGE = /(?:^|[\\/])node_modules[\\/]/;

/** Functions of one process, by the frames that run in them. */
export class HandlerPlaces {
  readonly #beginnings = new WeakMap<Frame, Frame>();

  /** Adds the place at which the function of a frame is written. */
  learn(frame: Frame, beginning: Frame): void {
    if (beginning.file === frame.file && !beginning.generated) this.#beginnings.set(frame, beginning);
  }

  /**
   * Place of the function of that name which the framework called in a request, by the stacks of its
   * calls; undefined where none shows it.
   */
  placeOf(handler: string, spans: WithStack[]): Frame | undefined {
    for (const stack of stacksOf(spans)) {
      // The outermost: what it calls may have its name.
      const frame = stack.findLast(
        (frame, at) => frame.application && !stack[at + 1]?.application && isNamed(frame.function, handler),
      );
      const place = frame && this.#beginnings.get(frame);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /**
   * The app's function that a package's called as the handler, by the stacks of a request's calls: the
   * `asyncUtilWrap` of express-async-handler stands for all that it is given.
   */
  wrappedBy(handler: string, spans: WithStack[]): Frame | undefined {
    for (const stack of stacksOf(spans)) {
      const at = stack.findLastIndex(
        (frame) => !frame.application && frame.function === handler && IN_PACKAGE.test(frame.file),
      );
      const inner = stack[at - 1];
      if (inner?.application && inner.function !== '<anonymous>') return inner;
    }
    return undefined;
  }

  /**
   * Name and place of a request's handler, by the stacks of its calls: those of the app's function, where a
   * package's wraps it; without a place where none shows it.
   */
  handlerOf(handler: string, spans: WithStack[]): { name: string; place: Frame | undefined } {
    const place = this.placeOf(handler, spans);
    if (place !== undefined) return { name: handler, place };
    const wrapped = this.wrappedBy(handler, spans);
    if (wrapped === undefined) return { name: handler, place };
    return { name: wrapped.function, place: this.#beginnings.get(wrapped) };
  }

  /** Route by the file whose function made a request's calls, and that function as its handler. */
  fileRouteOf(url: string, spans: WithStack[]): (FileRoute & { handler: string }) | undefined {
    for (const stack of stacksOf(spans)) {
      for (let at = stack.length - 1; at >= 0; at--) {
        const frame = stack[at]!;
        const found = frame.application ? fileRoute(frame.file, url) : undefined;
        if (found === undefined) continue;
        const name = frame.function === '<anonymous>' ? '' : `${frame.function} `;
        return { ...found, handler: name + formatSite(this.#beginnings.get(frame) ?? frame) };
      }
    }
    return undefined;
  }
}

/** Stacks of the calls that the app makes by itself: whether something blocks is up to the machine. */
function stacksOf(spans: WithStack[]): Frame[][] {
  const calls = spans.filter(({ kind }) => kind !== 'block' && kind !== 'blocked');
  return [...new Set(calls.map(({ stack }) => stack))].slice(0, MAX_STACKS);
}

/**
 * Whether a frame's function is the handler, whose name may lack the class that the frame's has, or
 * have that of a service instead: `orders.get` of Moleculer.
 */
function isNamed(fn: string, handler: string): boolean {
  if (fn === handler) return true;
  return lastName(fn) === lastName(handler) && !(fn.includes('.') && /^[A-Z].*\./.test(handler));
}

function lastName(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Which request handed over the work of which unit: told in any order, by any process of the run. */

import { Lru } from '../insight/util/lru.js';
import type { OpenTrace } from './open-trace.js';

const MAX_KEYS = 20_000;

/** Requests and units by the key of the work. */
export class Causes {
  #requests = new Lru<string>(MAX_KEYS);
  #units = new Lru<WeakRef<OpenTrace>>(MAX_KEYS);

  /** Links a unit to the request of its key, now or once that is known. */
  linkUnit(key: string, unit: OpenTrace): void {
    const request = this.#requests.get(key);
    if (request !== undefined) unit.trace.parent = request;
    else this.#units.set(key, new WeakRef(unit));
  }

  /** Learns the request of a key; returns the unit that has been linked by it. */
  learn(key: string, request: string): OpenTrace | undefined {
    this.#requests.set(key, request);
    const unit = this.#units.get(key)?.deref();
    if (unit !== undefined) unit.trace.parent = request;
    return unit;
  }
}

/** Notices of a collector that is behind the proxy, and of requests that were not recorded. */

import { formatCount } from '../domain/text.js';

/** Requests that wait from which it is said; under load some hundred wait for the next write. */
const MIN_BEHIND = 1000;

/** Says when the collector falls behind, when twice as many wait, and when it has caught up. */
export class BacklogNotice {
  readonly #warn: (message: string) => void;
  #toldBehind = 0;
  #toldRefused = 0;

  constructor(warn: (message: string) => void) {
    this.#warn = warn;
  }

  /** `behind`: requests that wait now; `refused`: those that were not recorded so far. */
  update(behind: number, refused: number): void {
    if (refused > 0 && this.#toldRefused === 0) {
      this.#toldRefused = refused;
      this.#warn('too many requests wait to be recorded; those that come meanwhile are not recorded');
    }
    if (behind >= Math.max(MIN_BEHIND, 2 * this.#toldBehind)) {
      this.#toldBehind = behind;
      this.#warn(`${formatCount(behind, 'request')} behind: they are recorded as fast as this machine can`);
    }
    if (this.#toldBehind > 0 && behind < MIN_BEHIND / 10) {
      this.#toldBehind = 0;
      this.#warn(`no longer behind; ${lossText(refused)}`);
    }
  }

  /** The run ends while `behind` requests wait. */
  end(behind: number, refused: number): void {
    if (behind >= MIN_BEHIND)
      this.#warn(`recording the last ${formatCount(behind, 'request')}; another Ctrl-C leaves them out`);
    if (refused > 0) this.#warn(lossText(refused));
  }
}

function lossText(refused: number): string {
  if (refused === 0) return 'no request was lost';
  return `${formatCount(refused, 'request was', 'requests were')} not recorded, because too many waited`;
}

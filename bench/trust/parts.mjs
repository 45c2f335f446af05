/** The parts by name: what each promises, at which size, and how it is tried. */

import { aborts } from './aborts.mjs';
import { canaries } from './canaries.mjs';
import { kills } from './kills.mjs';
import { lines } from './lines.mjs';
import { race } from './race.mjs';
import { raw } from './raw.mjs';
import { soak } from './soak.mjs';
import { strings } from './strings.mjs';

export const PARTS = {
  lines: {
    promise: 'a cut or mangled line of an app’s process costs at most itself',
    size: 1_000_000,
    run: lines,
  },
  strings: { promise: 'no text gets a control character onto a terminal', size: 1_000_000, run: strings },
  raw: { promise: 'a raw request leads to at most one at the app', size: 100_000, run: raw },
  race: { promise: 'no GET fails because the app closes idle sockets', size: 10_000, run: race },
  aborts: { promise: 'aborted requests leave no socket to the app', size: 5_000, run: aborts },
  kills: {
    promise: 'kill -9 of the launcher loses no answered request, and the app lives',
    size: 250,
    run: kills,
  },
  soak: { promise: 'memory and descriptors level off', size: 1_000_000, run: soak },
  canaries: { promise: 'no planted secret is kept', size: 1, run: canaries },
};

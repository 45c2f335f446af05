/** A panel for a kind of call that nobody has written one for. */

import { callsPanel, noneOf } from '../calls.js';
import type { Panel } from '../panel.js';

/** Answers a panel for a kind, under its own name. */
export function genericPanel(kind: string): Panel {
  const title = kind.slice(0, 1).toUpperCase() + kind.slice(1);
  return callsPanel({ title, short: title.slice(0, 6), key: '' }, kind, {
    noun: 'CALL',
    label: (text) => [text],
    reason: noneOf(`${kind} calls`),
  });
}

/** What `scooby run --ui` and the screen that it has started tell each other. */

import type { Speaker } from '../terminal/output-log.js';
import type { Status } from './feed.js';

/** What was printed, in its order. */
export type Piece = [speaker: Speaker, text: string];

/** What only the launcher knows of how the app stands. */
export type Facts = Pick<Status, 'url' | 'starting' | 'exit'> & { command: string; cwd: string };

export type ToScreen = { t: 'printed'; pieces: Piece[] } | { t: 'facts'; facts: Facts };

export type ToLauncher =
  /** The app has ended and is to be started again. */
  | { t: 'again' }
  /** A line for the app's standard input. */
  | { t: 'tell'; line: string };

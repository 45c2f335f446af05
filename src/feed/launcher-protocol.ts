/** What `scooby run --ui` and the screen that it has started tell each other. */

import type { OutputSource } from '../terminal/output-log.js';
import type { FeedStatus } from './feed.js';

/** What was printed, in its order. */
export type OutputPiece = [speaker: OutputSource, text: string];

/** What only the launcher knows of how the app stands. */
export type RunFacts = Pick<FeedStatus, 'url' | 'starting' | 'exit'> & { command: string; cwd: string };

export type ToScreen = { t: 'printed'; pieces: OutputPiece[] } | { t: 'facts'; facts: RunFacts };

export type ToLauncher =
  /** The app has ended and is to be started again. */
  | { t: 'again' }
  /** A line for the app's standard input. */
  | { t: 'tell'; line: string };

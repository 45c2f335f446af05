/** IPC messages between `scooby run --ui` and the screen process that it starts. */

import type { OutputSource } from '../terminal/output-log.js';
import type { FeedStatus } from './feed.js';

/** One piece of output. */
export type OutputPiece = [speaker: OutputSource, text: string];

/** State of the app that only the launcher knows. */
export type RunFacts = Pick<FeedStatus, 'url' | 'starting' | 'exit'> & { command: string; cwd: string };

export type ToScreen = { t: 'printed'; pieces: OutputPiece[] } | { t: 'facts'; facts: RunFacts };

export type ToLauncher =
  /** Start the app again; it has exited. */
  | { t: 'again' }
  /** A line for the app's standard input. */
  | { t: 'tell'; line: string };

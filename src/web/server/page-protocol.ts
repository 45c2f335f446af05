/** IPC messages between `scooby run` and the process that serves its page. */

export type ToPage =
  /** What it serves from now on; sockets follow. */
  | { t: 'serve'; port: number; token: string }
  /** A browser's connection comes with this message. */
  | { t: 'connection' };

/** The page is served. */
export type FromPage = { t: 'ready' };

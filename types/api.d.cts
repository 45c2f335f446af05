/** What `require('scooby')` is, in a process with the agent and without it. */
declare const scooby: scooby.Scooby;

declare namespace scooby {
  /** Writes a log line into the trace of the request that the calling code serves. */
  interface Log {
    (...values: unknown[]): void;
    trace(...values: unknown[]): void;
    debug(...values: unknown[]): void;
    info(...values: unknown[]): void;
    warn(...values: unknown[]): void;
    error(...values: unknown[]): void;
    fatal(...values: unknown[]): void;
  }

  /** What a span is besides its name. */
  interface SpanOptions {
    /** Kind under which it is shown and counted, such as `search`; default: `span`. */
    kind?: string;
    /** Values that are shown with it; secrets in them are masked. */
    detail?: Record<string, unknown>;
  }

  /** Calls `fn` and returns what it returns; until that is done, or settled, is a span. */
  interface RunSpan {
    <T>(name: string, fn: () => T, options?: SpanOptions): T;
    <T>(name: string, options: SpanOptions | undefined, fn: () => T): T;
  }

  interface Scooby {
    readonly log: Log;
    readonly span: RunSpan;
    readonly default: Scooby;
  }
}

export = scooby;

/** The API that an app may import: log lines and spans of its own in the current request's trace. */

import { channel } from 'node:diagnostics_channel';

/** What a span is besides its name. */
export interface SpanOptions {
  /** Kind under which it is shown and counted, such as `search`; default: `span`. */
  kind?: string;
  /** Values that are shown with it; secrets in them are masked. */
  detail?: Record<string, unknown>;
}

/** Signature of `span`: the options stand before or behind the function. */
export interface RunSpan {
  <T>(name: string, fn: () => T, options?: SpanOptions): T;
  <T>(name: string, options: SpanOptions | undefined, fn: () => T): T;
}

/** A span to be run; the agent, where there is one, sets `run`. */
interface SpanCall {
  name: string;
  options: SpanOptions | undefined;
  by: Function;
  run?: (fn: () => unknown) => unknown;
}

const logChannel = channel('scooby:log');
const spanChannel = channel('scooby:span:run');

function levelled(level: string): (...values: unknown[]) => void {
  const write = (...args: unknown[]): void => {
    if (logChannel.hasSubscribers) logChannel.publish({ level, args, by: write });
  };
  return write;
}

/**
 * Adds a log line to the trace of the request that the calling code serves, by default of the level
 * `info`. Never throws, prints nothing, and does nothing in a process without the agent.
 */
export const log = Object.assign(levelled('info'), {
  trace: levelled('trace'),
  debug: levelled('debug'),
  info: levelled('info'),
  warn: levelled('warn'),
  error: levelled('error'),
  fatal: levelled('fatal'),
});

/**
 * Calls `fn` and returns what it returns, a promise included; the time until it is done, or its
 * promise settled, is a span of the current request. Without the agent it only calls `fn`.
 */
export const span: RunSpan = (name: string, first: unknown, second?: unknown) => {
  const [fn, options] = (typeof first === 'function' ? [first, second] : [second, first]) as [
    fn: () => never,
    options: SpanOptions | undefined,
  ];
  if (!spanChannel.hasSubscribers) return fn();
  const call: SpanCall = { name, options, by: span };
  spanChannel.publish(call);
  return call.run === undefined ? fn() : (call.run(fn) as never);
};

// biome-ignore lint/style/noDefaultExport: `import scooby from 'scooby'` is how an app has it.
export default { log, span };

/** What `import scooby from 'scooby'` is, in a process with the agent and without it. */
import scooby from './api.cjs';

export type Log = scooby.Log;
export type SpanOptions = scooby.SpanOptions;
export type RunSpan = scooby.RunSpan;
export type Scooby = Omit<scooby.Scooby, 'default'>;

export declare const log: Log;
export declare const span: RunSpan;
declare const api: Scooby;
// biome-ignore lint/style/noDefaultExport: `import scooby from 'scooby'` is how an app has it.
export default api;

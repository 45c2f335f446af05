/** Reader of a file of requests: our JSON, HAR or OTLP, told apart by what is in it. */

import type { Trace } from '../domain/trace.js';
import { finishTrace } from '../insight/judge.js';
import { asText, FieldReader, ImportError } from './field-reader.js';
import { tracesOfSpans } from './otlp-requests.js';
import { readHar } from './read-har.js';
import { readOtlpSpans } from './read-otlp.js';
import { readTrace } from './read-trace.js';

/** What a file holds. */
export interface ImportedFile {
  format: 'scooby' | 'HAR' | 'OTLP';
  traces: Trace[];
  /** Source texts of a request's files, by its id. */
  sources: Map<string, Record<string, string>>;
}

/** Size of a file that is read. */
export const MAX_FILE_BYTES = 64 << 20;
const MAX_TRACES = 10_000;

/** Throws an ImportError for a text that is none of these formats, or too large. */
export function readRequestFile(text: string, project: string): ImportedFile {
  if (text.length > MAX_FILE_BYTES) throw tooLarge();
  const documents = parseDocuments(text.replace(/^\ufeff/, ''));
  const first = documents[0];
  const sources = new Map<string, Record<string, string>>();
  if (isObjectWith(first, 'log')) return { format: 'HAR', traces: documents.flatMap(readHar), sources };
  if (isObjectWith(first, 'resourceSpans')) {
    const spans = documents.flatMap((document, n) => readOtlpSpans(document, pathOf(n, documents)));
    const traces = tracesOfSpans(spans, project).map((trace) => finishTrace(trace, () => undefined));
    return { format: 'OTLP', traces: bounded(traces), sources };
  }
  const traces = bounded(documents).map((document, n) => {
    const trace = readTrace(document, pathOf(n, documents));
    const texts = new FieldReader(document, pathOf(n, documents)).table('sourceTexts', asText);
    if (texts !== undefined) sources.set(trace.id, texts);
    return trace;
  });
  return { format: 'scooby', traces, sources };
}

/** The error of a file that is larger. */
export function tooLarge(): ImportError {
  return new ImportError('the file is larger than 64 MB');
}

function pathOf(n: number, documents: unknown[]): string {
  return documents.length === 1 ? 'the file' : `request ${n + 1}`;
}

function bounded<T>(items: T[]): T[] {
  if (items.length > MAX_TRACES) throw new ImportError(`the file has more than ${MAX_TRACES} requests`);
  return items;
}

/** One document, a list of them, or one a line. */
function parseDocuments(text: string): unknown[] {
  if (text.trim() === '') throw new ImportError('the file is empty');
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [value];
  } catch (error) {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line, n) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        const where = lines.length === 1 ? '' : `, nor is its line ${n + 1}`;
        throw new ImportError(`the file is no JSON${where} (${(error as Error).message.slice(0, 200)})`);
      }
    });
  }
}

function isObjectWith(value: unknown, name: string): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name);
}

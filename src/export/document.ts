/** A request as a document of its own: the public JSON with the texts of the files that its lines are in. */

import type { Trace } from '../domain/trace.js';
import { type PublicTrace, publicTrace } from '../store/json.js';
import { sharedTrace } from './shared-headers.js';

/** What `export --json` writes. */
export type ExportedTrace = Omit<PublicTrace, 'sources'> & { sourceTexts?: Record<string, string> };

const MAX_SOURCE = 256 * 1024;

/** `textOf` answers the text of a file by its name, as it was when the request ran. */
export async function exportedTrace(
  trace: Trace,
  textOf: (file: string) => Promise<string | undefined>,
): Promise<ExportedTrace> {
  const { sources, ...document } = publicTrace(sharedTrace(trace));
  const texts: Record<string, string> = {};
  for (const file of Object.keys(sources ?? {})) {
    const text = await textOf(file);
    if (text !== undefined && text.length <= MAX_SOURCE) texts[file] = text;
  }
  return { ...document, ...(Object.keys(texts).length > 0 && { sourceTexts: texts }) };
}

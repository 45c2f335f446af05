/** A request as a text that asks for its mending: Markdown, with the code of its findings. */

import { parseSite } from '../../../domain/site.js';
import type { Trace } from '../../../domain/trace.js';
import { markdownOf } from '../../../export/markdown.js';
import type { Feed } from '../../../feed/feed.js';
import { splitLines } from '../../../terminal/code-frame.js';

const ASKED =
  'This request of a Node.js server was recorded by scooby. Find the cause of what it found, and mend it.';

/** The text. */
export async function promptOf(feed: Feed, trace: Trace): Promise<string> {
  const files = new Set(trace.findings.flatMap(({ site }) => parseSite(site)?.file ?? []));
  const lines = new Map<string, readonly string[]>();
  for (const file of files) {
    const hash = trace.sources?.[file];
    const source = hash === undefined ? undefined : await feed.source(hash);
    if (source) lines.set(file, splitLines(source.text));
  }
  return `${ASKED}\n\n${markdownOf(trace, (file) => lines.get(file))}`;
}

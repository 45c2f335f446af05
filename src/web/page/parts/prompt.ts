/** A request as a text that asks for its mending: Markdown, with the code of its findings. */

import { parseSite } from '../../../domain/site.js';
import type { Trace } from '../../../domain/trace.js';
import { promptOf } from '../../../export/prompt.js';
import type { Feed } from '../../../feed/feed.js';
import { splitLines } from '../../../terminal/code-frame.js';

/** The same prompt as in the terminal, with the sources that the feed has. */
export async function promptWithSource(feed: Feed, trace: Trace): Promise<string> {
  const files = new Set(trace.findings.flatMap(({ site }) => parseSite(site)?.file ?? []));
  const lines = new Map<string, readonly string[]>();
  for (const file of files) {
    const hash = trace.sources?.[file];
    const source = hash === undefined ? undefined : await feed.source(hash);
    if (source) lines.set(file, splitLines(source.text));
  }
  return promptOf(trace, (file) => lines.get(file));
}

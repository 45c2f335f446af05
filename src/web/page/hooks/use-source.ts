/** Texts of source files as they were when a request ran. */

import { useEffect, useState } from 'react';
import type { Trace } from '../../../domain/trace.js';
import type { Feed } from '../../../feed/feed.js';

const MAX_TEXTS = 64;
const texts = new WeakMap<Feed, Map<string, Promise<string | undefined>>>();

function textOf(feed: Feed, hash: string): Promise<string | undefined> {
  let known = texts.get(feed);
  if (known === undefined) texts.set(feed, (known = new Map()));
  let text = known.get(hash);
  if (text === undefined) {
    if (known.size >= MAX_TEXTS) known.delete(known.keys().next().value!);
    text = Promise.resolve(feed.source(hash)).then((source) => source?.text);
    // A feed that failed is asked again.
    text.catch(() => known.delete(hash));
    known.set(hash, text);
  }
  return text;
}

/** Text of a file; undefined while it loads, and where it was not saved. */
export function useSource(
  feed: Feed,
  trace: Pick<Trace, 'sources'>,
  file: string | undefined,
): string | undefined {
  const hash = file === undefined ? undefined : trace.sources?.[file];
  const [loaded, setLoaded] = useState<{ hash: string; text: string | undefined }>();
  useEffect(() => {
    if (hash === undefined) return;
    let isCurrent = true;
    textOf(feed, hash).then(
      (text) => isCurrent && setLoaded({ hash, text }),
      () => {},
    );
    return () => {
      isCurrent = false;
    };
  }, [feed, hash]);
  return loaded !== undefined && loaded.hash === hash ? loaded.text : undefined;
}

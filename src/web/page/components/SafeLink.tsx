/** A URL that came from the app: a link where it is one of the web, text where it is anything else. */

import { escapeToOneLine } from '../../../domain/text.js';

/** The URL. */
export function SafeLink({ url, text = url }: { url: string; text?: string }) {
  const shown = escapeToOneLine(text);
  if (!isWebUrl(url)) return <span className="url">{shown}</span>;
  return (
    <a className="url" href={url} target="_blank" rel="noreferrer noopener">
      {shown}
    </a>
  );
}

/** Whether a URL is of http or https: no other is made a link. */
export function isWebUrl(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

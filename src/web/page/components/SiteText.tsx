/** A line of the app, `src/orders.js:15`: its folder is dim, and shortened first. */

import { escapeToOneLine } from '../../../domain/text.js';

/** The line as text; the whole of it is its title. */
export function SiteText({ site }: { site: string }) {
  const text = escapeToOneLine(site);
  const cut = text.lastIndexOf('/') + 1;
  return (
    <span className="site" title={text}>
      {cut > 0 && <span className="site-folder">{text.slice(0, cut)}</span>}
      <span className="site-file">{text.slice(cut)}</span>
    </span>
  );
}

/** Draws parts of the page to HTML, without a browser. */

import { createElement, type FunctionComponent } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import type { Feed } from '../../../src/feed/feed.js';
import { PageContext, type PageContextValue } from '../../../src/web/page/hooks/page-context.js';
import { FIRST_LIST, type PageAddress } from '../../../src/web/page/state/address.js';
import { firstPageState, type PageState } from '../../../src/web/page/state/page-state.js';
import { NOW } from '../../tui/fake.js';
import { MemoryFeed } from '../../tui/memory-feed.js';

/** What a part is drawn in. */
export interface RenderOptions {
  feed?: Feed;
  state?: Partial<PageState>;
  address?: PageAddress;
}

/** HTML of a component. */
export function markupOf<P extends object>(
  component: FunctionComponent<P>,
  props: P,
  options: RenderOptions = {},
): string {
  const { feed = new MemoryFeed(3), state = {}, address = FIRST_LIST } = options;
  const value: PageContextValue = {
    ...{
      feed,
      status: feed.status(),
      state: { ...firstPageState(), ...state },
      address,
      version: 1,
      now: NOW,
    },
    ...{ dispatch: () => {}, go: () => {}, failed: () => {} },
  };
  return renderToStaticMarkup(createElement(PageContext, { value }, createElement(component, props)));
}

/** Text that is read of HTML, its elements apart. */
export function textOf(markup: string): string {
  return markup
    .replaceAll('</span><span class="site-file">', '')
    .replace(/<svg.*?<\/svg>/gs, '')
    .replace(/<(?:span|strong)\b[^>]*>/g, ' ')
    .replace(/<\/(?:div|li|p|h\d|dt|dd|pre|section|button|header|footer|td|th|a|span|strong|kbd|time)>/g, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(
      /&(lt|gt|quot|amp|#x27);/g,
      (_, name: string) => ({ lt: '<', gt: '>', quot: '"', amp: '&', '#x27': "'" })[name]!,
    )
    .replace(/\s+/g, ' ')
    .trim();
}

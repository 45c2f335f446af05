/** What can be copied of a request. */

import type { Trace } from '../../../domain/trace.js';
import { copyTextOf } from '../../../screens/copy-text.js';
import { COPY_ITEMS } from '../../../screens/menu-texts.js';
import { usePage } from '../hooks/page-context.js';
import { promptWithSource } from '../parts/prompt.js';
import { useCopy } from './CopyButton.js';
import { type MenuChoice, MenuDialog } from './MenuDialog.js';

/** The box. */
export function CopyDialog({ trace }: { trace: Trace }) {
  const { feed, status, address, dispatch, failed } = usePage();
  const copy = useCopy();
  const span = address.at === 'request' && address.item !== undefined ? trace.spans[address.item] : undefined;
  const done = (text: string, what: string, warning?: string) => {
    dispatch({ type: 'close' });
    copy(text, what, warning);
  };
  // The prompt is first here, and its code is asked for.
  const others = COPY_ITEMS.filter(([, what]) => what !== 'prompt');
  const items = others.flatMap(([letter, what, label]): MenuChoice[] => {
    const copied = copyTextOf(what, trace, span, status.url);
    return copied === undefined
      ? []
      : [{ letter, label, choose: () => done(copied.text, label, copied.warning) }];
  });
  const all: MenuChoice[] = [
    {
      letter: 'p',
      label: 'as a prompt',
      hint: 'findings, code and calls, to paste into a chat or an issue',
      choose: () => promptWithSource(feed, trace).then((text) => done(text, 'the prompt'), failed),
    },
    { letter: 'k', label: 'link to what is shown', choose: () => done(location.href, 'the link') },
    ...items,
  ];
  return <MenuDialog title="Copy" choices={all} />;
}

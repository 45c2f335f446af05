/** What can be done with a request: send it again, copy it, mark it, compare it. */

import type { ProfileWish } from '../../../domain/profile-wish.js';
import { isSafeMethod } from '../../../domain/safe-method.js';
import { formatMs } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { isUnit } from '../../../domain/unit.js';
import { requestUrl } from '../../../screens/copy-text.js';
import { isWebUrl } from '../components/SafeLink.js';
import { usePage } from './page-context.js';
import { useCommands } from './use-commands.js';

export interface RequestActions {
  /** Sends the request again; missing where no app runs. */
  replay?: (options?: { url?: string; profile?: ProfileWish }) => void;
  /** Compares it with the marked one; missing without a mark on another. */
  compare?: () => void;
}

/** Actions of a request, with their keys. */
export function useRequestActions(trace: Trace): RequestActions {
  const { feed, status, state, dispatch, go, failed } = usePage();
  const canReplay = feed.replay !== undefined && status.live && !isUnit(trace) && !trace.outside;
  const replay = ({ url, profile }: { url?: string; profile?: ProfileWish } = {}) => {
    const question = `${trace.method} may change something. Send it again?`;
    if (!isSafeMethod(trace.method) && !confirm(question)) return;
    dispatch({ type: 'notice', text: 'sending it again …', role: 'ok' });
    feed.replay!(trace, url, profile).then(({ status: answered, ms, id, without = [] }) => {
      const lack = without.length > 0 ? `; sent without ${without.join(', ')}` : '';
      const text = `answered ${answered} in ${formatMs(ms)}${lack}`;
      dispatch({
        type: 'notice',
        text,
        role: answered >= 500 ? 'error' : 'ok',
        ...(id !== undefined && { request: id }),
      });
      if (profile !== undefined && id !== undefined) go({ at: 'request', id, tab: 'cpu' });
    }, failed);
  };
  const other = state.marks.findLast((id) => id !== trace.id);
  const compare = () => go({ at: 'diff', before: other!, after: trace.id });
  const refuse = (text: string) => () => dispatch({ type: 'notice', text, role: 'warn' });
  const noApp = refuse('no app runs under scooby here: start it with `scooby run`');
  const url = requestUrl(trace, status.url);
  useCommands({
    replay: canReplay ? () => replay() : noApp,
    profile: canReplay ? () => replay({ profile: 'cpu' }) : noApp,
    editReplay: canReplay ? () => dispatch({ type: 'dialog', dialog: 'url' }) : noApp,
    diff:
      other === undefined
        ? refuse('mark a request with m, then press d on the one to compare it with')
        : compare,
    mark: () => dispatch({ type: 'mark', id: trace.id }),
    copy: () => dispatch({ type: 'dialog', dialog: 'copy' }),
    libraries: () => dispatch({ type: 'libraries' }),
    openUrl: isWebUrl(url) && !isUnit(trace) ? () => open(url, '_blank', 'noopener,noreferrer') : undefined,
  });
  return { ...(canReplay && { replay }), ...(other !== undefined && { compare }) };
}

/** What can be done with a request: send it again, copy it, mark it, compare it. */

import { localsOf } from '../../../domain/locals.js';
import type { ReplayWish } from '../../../domain/profile-wish.js';
import { formatMs } from '../../../domain/text.js';
import type { Trace } from '../../../domain/trace.js';
import { isUnit } from '../../../domain/unit.js';
import { untilStored } from '../../../feed/until-stored.js';
import { indexOfSameCall } from '../../../insight/calls/same-call.js';
import { blockerOf } from '../../../screens/blocker.js';
import { requestUrl } from '../../../screens/copy-text.js';
import { slugOf } from '../../../screens/page-place.js';
import { isWebUrl } from '../components/SafeLink.js';
import { maySend } from '../parts/may-send.js';
import { usePage } from './page-context.js';
import { useCommands } from './use-commands.js';

const NO_LOCALS = 'no function of the app was running when this call was made';

export interface RequestActions {
  /** Sends the request again; missing where no app runs. */
  replay?: (options?: { url?: string; wish?: ReplayWish }) => void;
  /** Compares it with the marked one; missing without a mark on another. */
  compare?: () => void;
}

/** Actions of a request, with their keys; `item` is the call that is open. */
export function useRequestActions(trace: Trace, item: number | undefined): RequestActions {
  const { feed, status, state, dispatch, go, failed } = usePage();
  const canReplay = feed.replay !== undefined && status.live && !isUnit(trace) && !trace.outside;
  const replay = ({ url, wish }: { url?: string; wish?: ReplayWish } = {}) => {
    if (!maySend(trace)) return;
    dispatch({ type: 'notice', text: 'sending it again …', role: 'ok' });
    feed.replay!(trace, url, wish).then(({ status: answered, ms, id, without = [] }) => {
      const lack = without.length > 0 ? `; sent without ${without.join(', ')}` : '';
      const text = `answered ${answered} in ${formatMs(ms)}${lack}`;
      dispatch({
        type: 'notice',
        text,
        role: answered >= 500 ? 'error' : 'ok',
        ...(id !== undefined && { request: id }),
      });
      if (wish === undefined || id === undefined) return;
      if (wish === 'cpu') go({ at: 'request', id, tab: 'cpu' });
      else showLocals(id).catch(failed);
    }, failed);
  };
  /** Shows the call that was looked into, once it is stored. */
  const showLocals = async (id: string) => {
    const after = await untilStored(id, (sent) => feed.find(sent));
    const at = indexOfSameCall(trace, item!, after);
    const note = after.notes?.find((text) => text.includes('locals'));
    const kind = after.spans[at]?.kind;
    if (at < 0 || kind === undefined) refuse(note ?? 'it did not make this call this time')();
    else if (localsOf(after.spans[at]!).length === 0) refuse(note ?? NO_LOCALS)();
    else go({ at: 'request', id, tab: slugOf(kind), item: at });
  };
  const other = state.marks.findLast((id) => id !== trace.id);
  const compare = () => go({ at: 'diff', before: other!, after: trace.id });
  const refuse = (text: string) => () => dispatch({ type: 'notice', text, role: 'warn' });
  const noApp = refuse('no app runs under scooby here: start it with `scooby run`');
  const url = requestUrl(trace, status.url);
  const blocker = blockerOf(trace, item);
  useCommands({
    replay: canReplay ? () => replay() : noApp,
    profile: canReplay ? () => replay({ wish: 'cpu' }) : noApp,
    editReplay: canReplay ? () => dispatch({ type: 'dialog', dialog: 'url' }) : noApp,
    diff:
      other === undefined
        ? refuse('mark a request with m, then press d on the one to compare it with')
        : compare,
    blocker:
      blocker === undefined
        ? refuse('no other request kept this one waiting')
        : () => go({ at: 'request', id: blocker, tab: 'overview' }),
    mark: () => dispatch({ type: 'mark', id: trace.id }),
    locals: !canReplay
      ? noApp
      : item === undefined
        ? refuse('open a call to read the variables of its functions')
        : () => replay({ wish: `locals:${item}` }),
    copy: () => dispatch({ type: 'dialog', dialog: 'copy' }),
    libraries: () => dispatch({ type: 'libraries' }),
    openUrl: isWebUrl(url) && !isUnit(trace) ? () => open(url, '_blank', 'noopener,noreferrer') : undefined,
  });
  return { ...(canReplay && { replay }), ...(other !== undefined && { compare }) };
}

/** What can be done with a call: copy its SQL, ask the database for its plan. */

import { useContext, useEffect, useRef, useState } from 'react';
import type { Trace } from '../../../domain/trace.js';
import { isUnit } from '../../../domain/unit.js';
import type { ExplainResult } from '../../../feed/feed.js';
import { copyTextOf } from '../../../screens/copy-text.js';
import { usePage } from '../hooks/page-context.js';
import { CommandContext, useCommands } from '../hooks/use-commands.js';
import { useCopy } from './CopyButton.js';
import { Icon } from './Icon.js';
import { PlanView } from './PlanView.js';

type PlanState = ExplainResult | 'asking' | undefined;

/** Buttons, and the plan below them. */
export function CallActions({ trace, span: index }: { trace: Trace; span: number }) {
  const { feed, status, dispatch, failed } = usePage();
  const copy = useCopy();
  const table = useContext(CommandContext);
  const span = trace.spans[index]!;
  const [plan, setPlan] = useState<PlanState>();
  const shown = useRef(index);
  useEffect(() => {
    if (shown.current !== index) setPlan(undefined);
    shown.current = index;
  }, [index]);
  const isSql = span.kind === 'sql';
  const canExplain = isSql && feed.explain !== undefined && status.live;
  const explain = () => {
    setPlan('asking');
    const asked = feed.explain!(trace, index);
    asked.then(
      (result) => shown.current === index && setPlan(result),
      (error) => {
        setPlan(undefined);
        failed(error);
      },
    );
  };
  const refuse = () =>
    dispatch({
      type: 'notice',
      role: 'warn',
      text: isSql
        ? 'no app runs under scooby here that could be asked for the plan'
        : 'open a query to see its plan',
    });
  useCommands({ explain: canExplain ? explain : refuse });
  const button = (what: string, title: string) => {
    const copied = copyTextOf(what, trace, span, status.url);
    if (copied === undefined) return null;
    return (
      <button type="button" className="button" onClick={() => copy(copied.text, title, copied.warning)}>
        <Icon name="copy" /> {title}
      </button>
    );
  };
  return (
    <>
      <div className="actions">
        {isSql && button('sql', 'SQL with values')}
        {isSql && button('raw', 'SQL as sent')}
        {button('stack', 'stack')}
        {feed.replay && status.live && !trace.outside && !isUnit(trace) && (
          <button
            type="button"
            className="button"
            onClick={() => table.run('locals')}
            title="send the request again, and read the variables of the functions that made this call (L)"
          >
            Variables
          </button>
        )}
        {canExplain && (
          <button
            type="button"
            className="button"
            onClick={explain}
            disabled={plan === 'asking'}
            title="EXPLAIN (x)"
          >
            {plan === 'asking' ? 'Asking …' : 'Explain'}
          </button>
        )}
      </div>
      {plan !== undefined && plan !== 'asking' && <PlanView plan={plan} />}
    </>
  );
}

/** A function of a profile: what called it, and its hottest lines in the code. */

import type { Profile } from '../../../domain/profile.js';
import type { Trace } from '../../../domain/trace.js';
import { callersOf, functionTotals, hotLinesOf } from '../../../insight/profile/functions.js';
import { calledFunction, functionPlace, weightShare, weightText } from '../../../screens/profile-text.js';
import { usePage } from '../hooks/page-context.js';
import { useSource } from '../hooks/use-source.js';
import { CodeFrame } from './CodeFrame.js';

const MAX_CALLERS = 6;
const MAX_LINES = 3;

/** The function of an index. */
export function FunctionDetail({ trace, profile, index }: { trace: Trace; profile: Profile; index: number }) {
  const { feed } = usePage();
  const each = profile.functions[index];
  const total = functionTotals(profile).find((known) => known.index === index);
  const source = useSource(feed, trace, each?.file);
  if (!each || !total) return null;
  const lines = hotLinesOf(profile, index).slice(0, MAX_LINES);
  const callers = callersOf(profile, index).slice(0, MAX_CALLERS);
  return (
    <section className="call-detail" aria-label={calledFunction(each)}>
      <h3>
        {calledFunction(each)} <span className="dim">{functionPlace(each)}</span>
      </h3>
      <ul className="call-facts">
        <li>
          <span className="dim">itself</span> {weightText(profile, total.self)}{' '}
          <span className="dim">{weightShare(profile, total.self)}</span>
        </li>
        <li>
          <span className="dim">with its calls</span> {weightText(profile, total.total)}{' '}
          <span className="dim">{weightShare(profile, total.total)}</span>
        </li>
      </ul>
      {lines.map(({ line, weight }) => (
        <div key={line}>
          <p>
            <strong>{weightText(profile, weight)}</strong> <span className="dim">at line {line}</span>
          </p>
          <CodeFrame text={source} position={{ file: each.file, line }} around={1} />
        </div>
      ))}
      {lines.length === 0 && each.line > 0 && (
        <CodeFrame text={source} position={{ file: each.file, line: each.line }} />
      )}
      {callers.length > 0 && (
        <>
          <h4>Called by</h4>
          <ul className="callers">
            {callers.map(({ caller, weight }, n) => (
              <li key={String(n)}>
                <span className="number">{weightText(profile, weight)}</span>{' '}
                {caller ? calledFunction(caller) : 'a turn of the event loop'}{' '}
                <span className="dim">{caller ? functionPlace(caller) : ''}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

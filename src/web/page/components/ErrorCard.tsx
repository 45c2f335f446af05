/** An error of a request: what was thrown, where, and what became of it. */

import { errorOutcome, errorTitle, isGraveError } from '../../../domain/request-error.js';
import { escapeControls, escapeToOneLine } from '../../../domain/text.js';
import {
  type CauseOfError,
  firstApplicationFrame,
  type RequestError,
  type Trace,
} from '../../../domain/trace.js';
import { CopyButton } from './CopyButton.js';
import { SiteText } from './SiteText.js';
import { StackView } from './StackView.js';

/** The card. */
export function ErrorCard({ error, trace }: { error: RequestError; trace: Trace }) {
  const isGrave = isGraveError(error, trace);
  const role = isGrave ? 'error' : 'dim';
  return (
    <section className={`finding edge-${role}`} aria-label="error">
      <header className="finding-head">
        <span className={`badge fill-${isGrave ? 'error' : 'dim'}`}>{isGrave ? 'THREW' : 'threw'}</span>
        {error.site !== undefined && <SiteText site={error.site} />}
        <span className="dim">{errorOutcome(error, trace)}</span>
        <CopyButton text={errorTitle(error)} what="the error" />
      </header>
      <Thrown error={error} trace={trace} />
      {(error.causes ?? []).map((cause, n) => (
        <Cause key={String(n)} cause={cause} trace={trace} isOpen={n === 0} />
      ))}
    </section>
  );
}

function Cause({ cause, trace, isOpen }: { cause: CauseOfError; trace: Trace; isOpen: boolean }) {
  const title = `caused by ${escapeToOneLine(errorTitle(cause))}`;
  if (cause.stack.length === 0 && !cause.message.includes('\n')) return <p className="cause">{title}</p>;
  return (
    <details className="cause" open={isOpen}>
      <summary>{title}</summary>
      <Thrown error={cause} trace={trace} />
    </details>
  );
}

function Thrown({ error, trace }: { error: CauseOfError; trace: Trace }) {
  const { name, message, stack } = error;
  const frame = firstApplicationFrame(stack);
  return (
    <>
      <pre className="code error-message">
        {escapeControls(`${name === '' ? 'thrown' : name}: ${message}`)}
      </pre>
      {stack.length > 0 && <StackView stack={stack} frame={frame} trace={trace} />}
    </>
  );
}

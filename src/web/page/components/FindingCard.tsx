/** A finding: the line, the code, what happened there, and what to do. */

import { findingWord } from '../../../domain/finding-kinds.js';
import { firstToFix, winText } from '../../../domain/finding-win.js';
import { parseSite } from '../../../domain/site.js';
import { escapeToOneLine, formatMs } from '../../../domain/text.js';
import type { Finding, Trace } from '../../../domain/trace.js';
import { isTriable } from '../../../insight/rewrite/finding-loops.js';
import { slugOf } from '../../../screens/page-place.js';
import { severityRole } from '../../../terminal/roles.js';
import { usePage } from '../hooks/page-context.js';
import { useSource } from '../hooks/use-source.js';
import { callsText } from '../parts/page-tabs.js';
import { formatAddress } from '../state/address.js';
import { CodeFrame } from './CodeFrame.js';
import { CopyButton } from './CopyButton.js';
import { ProseText } from './ProseText.js';
import { SiteText } from './SiteText.js';

interface FindingProps {
  finding: Finding;
  trace: Trace;
  /** Missing where no app runs. */
  tryLoop?: ((finding: Finding) => void) | undefined;
}

/** The card. */
export function FindingCard({ finding, trace, tryLoop }: FindingProps) {
  const { feed } = usePage();
  const { kind, severity, site, message, suggestion, ms } = finding;
  const position = parseSite(site);
  const source = useSource(feed, trace, position?.file);
  const role = severityRole(severity);
  const win = winText(finding, trace);
  return (
    <section className={`finding edge-${role}`} aria-label={`${findingWord(kind)} ${site ?? ''}`}>
      <header className="finding-head">
        <span className={`badge fill-${role}`}>{findingWord(kind)}</span>
        {site !== undefined && <SiteText site={site} />}
        {finding.function && <span className="dim">{escapeToOneLine(finding.function)}</span>}
        {site !== undefined && <CopyButton text={site} what="the line" />}
        {win !== '' && (
          <span className={`win ${firstToFix(trace) === finding ? 'win-first' : ''}`}>{win}</span>
        )}
        {ms > 0 && <span className="number finding-ms">{formatMs(ms)}</span>}
      </header>
      <p className="finding-message">
        <ProseText text={message} />
      </p>
      {position && <CodeFrame text={source} position={position} />}
      {suggestion && (
        <div className="advice">
          <span className="advice-word">Try</span>
          <p>
            <ProseText text={suggestion} />
          </p>
          <CopyButton text={suggestion} what="what to do" />
          {tryLoop && isTriable(trace, finding) && (
            <button
              type="button"
              className="button"
              title="run the one query in place of the loop on the database, and compare the rows (T)"
              onClick={() => tryLoop(finding)}
            >
              Try the fix
            </button>
          )}
        </div>
      )}
      <FindingFoot finding={finding} trace={trace} />
    </section>
  );
}

function FindingFoot({ finding: { spans, confidence, reasons }, trace }: { finding: Finding; trace: Trace }) {
  const first = spans[0];
  const kind = first === undefined ? undefined : trace.spans[first]?.kind;
  const certainty = confidence >= 0.9 ? 'sure' : confidence >= 0.6 ? 'likely' : 'possible';
  return (
    <footer className="finding-foot">
      <span className="dim">
        {certainty}: {reasons.map(escapeToOneLine).join('; ')}
      </span>
      {first !== undefined && kind !== undefined && (
        <a href={formatAddress({ at: 'request', id: trace.id, tab: slugOf(kind), item: first })}>
          {callsText(kind, spans.length)} →
        </a>
      )}
    </footer>
  );
}

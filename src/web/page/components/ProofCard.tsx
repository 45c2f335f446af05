/** What a trial or a verification has shown. */

import { findingWord } from '../../../domain/finding-kinds.js';
import { escapeControls, escapeToOneLine } from '../../../domain/text.js';
import type { TrialResult } from '../../../feed/feed.js';
import { shownStatement, trialSummary } from '../../../insight/rewrite/trial-summary.js';
import { findingSummary, requestSummary, VERDICT_ROLES } from '../../../insight/verify/summary.js';
import type { Verification } from '../../../insight/verify/verdicts.js';
import type { Proof } from '../hooks/use-proofs.js';
import { formatAddress } from '../state/address.js';
import { CopyButton } from './CopyButton.js';
import { Icon } from './Icon.js';
import { MaskedValues } from './MaskedValues.js';
import { SiteText } from './SiteText.js';

/** The card; nothing while nothing was proved. */
export function ProofCard({ proof, close }: { proof: Proof | undefined; close(): void }) {
  if (proof === undefined) return null;
  return (
    <section className="card-box proof" aria-label="proof" role="status">
      {'doing' in proof && <p className="dim">{proof.doing}</p>}
      {'names' in proof && <MaskedValues names={proof.names} submit={proof.submit} />}
      {'trial' in proof && <Trial trial={proof.trial} />}
      {'verification' in proof && <Verified verification={proof.verification} />}
      {!('doing' in proof) && (
        <button type="button" className="icon-button proof-close" aria-label="close" onClick={close}>
          <Icon name="close" />
        </button>
      )}
    </section>
  );
}

function Trial({ trial }: { trial: TrialResult }) {
  const { comparison, server, script, notes } = trial;
  const role = comparison.same === true ? 'ok' : comparison.same === false ? 'error' : 'warn';
  return (
    <>
      <h2>{trialSummary(trial)}</h2>
      <p className={`role-${role}`}>
        {escapeToOneLine(comparison.text)} <span className="dim">on {escapeToOneLine(server)}</span>
      </p>
      <div className="proof-statement">
        <pre className="code" tabIndex={0}>
          {escapeControls(shownStatement(trial))}
        </pre>
        <CopyButton text={`${script};`} what="the query with its values" />
      </div>
      <Notes notes={notes} />
    </>
  );
}

function Verified({ verification }: { verification: Verification }) {
  const { before, after, findings, new: added, notes } = verification;
  return (
    <>
      <h2>{requestSummary(before, after)}</h2>
      <ul className="diff-findings">
        {findings.map((finding) => (
          <li key={finding.id}>
            <span className={`badge fill-${VERDICT_ROLES[finding.verdict]}`}>{finding.verdict}</span>{' '}
            {findingWord(finding.kind)} {finding.site !== undefined && <SiteText site={finding.site} />}{' '}
            <span className="dim">{findingSummary(finding)}</span>
            {finding.note !== undefined && <p className="dim">{escapeToOneLine(finding.note)}</p>}
          </li>
        ))}
        {added.map((finding) => (
          <li key={`new ${finding.id}`}>
            <span className="badge fill-error">new</span> {findingWord(finding.kind)}{' '}
            {finding.site !== undefined && <SiteText site={finding.site} />}{' '}
            <span className="dim">{escapeToOneLine(finding.message)}</span>
          </li>
        ))}
        {findings.length + added.length === 0 && <li className="dim">It had no finding, and has none.</li>}
      </ul>
      <Notes notes={notes} />
      <p className="proof-links">
        <a href={formatAddress({ at: 'request', id: after.id })}>The new request</a>
        <a href={formatAddress({ at: 'diff', before: before.id, after: after.id })}>Compare both</a>
      </p>
    </>
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  return notes.map((note) => (
    <p key={note} className="dim">
      {escapeToOneLine(note)}
    </p>
  ));
}

/** A profile of a request: its flame graph and its functions; without one, how to have it taken. */

import { useState } from 'react';
import type { Profile } from '../../../domain/profile.js';
import { formatMs } from '../../../domain/text.js';
import { timeSpentIn } from '../../../domain/time-spent.js';
import type { Trace } from '../../../domain/trace.js';
import { profileHeadline, profileRemarks } from '../../../screens/profile-text.js';
import { useCommands } from '../hooks/use-commands.js';
import { useRequestActions } from '../hooks/use-request-actions.js';
import { CallsTab } from './CallsTab.js';
import { CopyButton } from './CopyButton.js';
import { FlameGraph } from './FlameGraph.js';
import { FunctionTable } from './FunctionTable.js';
import { Icon } from './Icon.js';
import { TimeBar } from './TimeBar.js';

/** The tab. */
export function ProfileTab({ trace, kind }: { trace: Trace; kind: 'cpu' | 'heap' }) {
  const profile = trace.profiles?.[kind];
  const hasCalls = trace.spans.some((span) => span.kind === kind);
  return (
    <div className="profile">
      {profile ? <ProfileView trace={trace} profile={profile} /> : <NoProfile trace={trace} />}
      {hasCalls && <CallsTab trace={trace} kind={kind} item={undefined} />}
    </div>
  );
}

function ProfileView({ trace, profile }: { trace: Trace; profile: Profile }) {
  const [isFlame, setFlame] = useState(true);
  useCommands({ flame: () => setFlame(!isFlame) });
  return (
    <>
      <div className="calls-head">
        <p className="calls-sum">
          <strong>{profileHeadline(profile)}</strong>
        </p>
        <div className="segments" role="group" aria-label="how the profile is shown">
          <button type="button" aria-pressed={isFlame} onClick={() => setFlame(true)}>
            Flame graph
          </button>
          <button type="button" aria-pressed={!isFlame} onClick={() => setFlame(false)}>
            Functions
          </button>
        </div>
      </div>
      {profileRemarks(profile).map((text) => (
        <p key={text} className="dim">
          {text}
        </p>
      ))}
      {isFlame ? (
        <FlameGraph trace={trace} profile={profile} />
      ) : (
        <FunctionTable trace={trace} profile={profile} />
      )}
      {profile.kind === 'cpu' && <TimeBar time={timeSpentIn(trace)} totals={trace.totals} />}
    </>
  );
}

function NoProfile({ trace }: { trace: Trace }) {
  const { replay } = useRequestActions(trace, undefined);
  const time = timeSpentIn(trace);
  const left = time.parts.find(({ part }) => part === 'unaccounted')?.ms ?? 0;
  const command = `scooby profile ${trace.id.slice(0, 8)}`;
  return (
    <section className="card-box no-profile">
      <h2>No CPU profile was taken of this request</h2>
      <TimeBar time={time} totals={trace.totals} />
      {trace.duration !== undefined && (
        <p className="dim">
          {left < time.total / 10
            ? 'There is little to find; its calls are where the time went.'
            : `${formatMs(left)} are unaccounted: own code, or waits that are not recorded (timers, files).`}
        </p>
      )}
      <p className="command">
        {replay && (
          <button type="button" className="button button-strong" onClick={() => replay({ wish: 'cpu' })}>
            <Icon name="flame" /> Send it again with a profiler
          </button>
        )}
        <code>{command}</code>
        <CopyButton text={command} what="the command" />
      </p>
    </section>
  );
}

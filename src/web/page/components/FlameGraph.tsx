/** Flame graph of a profile, hanging from the top: wide frames took long; a click has a frame fill the width. */

import { useMemo, useState } from 'react';
import type { Profile } from '../../../domain/profile.js';
import type { Trace } from '../../../domain/trace.js';
import { icicleOf } from '../../../insight/profile/icicle.js';
import { ORIGIN_ROLES, weightShare, weightText } from '../../../screens/profile-text.js';
import { usePage } from '../hooks/page-context.js';
import {
  type FlameFrame,
  flameFrames,
  flameName,
  flameNeighbour,
  flamePlace,
} from '../parts/flame-layout.js';
import { FunctionDetail } from './FunctionDetail.js';

const ROW = 22;
const DIRECTIONS: Record<string, 'up' | 'down' | 'left' | 'right'> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};
const LEGEND: [role: string, name: string][] = [
  ['ok', 'own code'],
  ['accent', 'packages'],
  ['keyword', 'node'],
  ['warn', 'garbage collector'],
  ['number', 'native'],
];

/** The graph, and the chosen frame below it. */
export function FlameGraph({ trace, profile }: { trace: Trace; profile: Profile }) {
  const { state } = usePage();
  const fold = !state.hasLibraries;
  const icicle = icicleOf(profile, { fold });
  const [zoomed, setZoomed] = useState(0);
  const [chosen, setChosen] = useState(0);
  const frames = useMemo(() => flameFrames(profile, zoomed, fold), [profile, zoomed, fold]);
  const depth = Math.max(0, ...frames.map((frame) => frame.depth));
  const pressed = (event: React.KeyboardEvent) => {
    const direction = DIRECTIONS[event.key];
    if (direction) setChosen(flameNeighbour(icicle, chosen, direction));
    else if (event.key === 'Enter') setZoomed(chosen);
    else if (event.key === 'Escape' && zoomed !== 0) setZoomed(icicle[zoomed]?.parent ?? 0);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const index = icicle[chosen]?.function;
  return (
    <div className="flame">
      <ul className="legend legend-line">
        {LEGEND.map(([role, name]) => (
          <li key={role}>
            <span className={`swatch bg-${role}`} aria-hidden="true" /> {name}
          </li>
        ))}
        <li className="dim">arrows move, ↵ zooms, i {fold ? 'unfolds' : 'folds'} libraries</li>
      </ul>
      <div
        role="group"
        aria-label="flame graph"
        className="flame-frames"
        tabIndex={0}
        style={{ height: (depth + 1) * ROW }}
        onKeyDown={pressed}
      >
        {frames.map((frame) => (
          <Frame
            key={frame.number}
            frame={frame}
            profile={profile}
            isChosen={frame.number === chosen}
            choose={() => {
              setChosen(frame.number);
              setZoomed(frame.number === zoomed ? Math.max(0, frame.frame.parent) : frame.number);
            }}
          />
        ))}
      </div>
      {index !== undefined && <FunctionDetail trace={trace} profile={profile} index={index} />}
    </div>
  );
}

function Frame({
  frame,
  profile,
  isChosen,
  choose,
}: {
  frame: FlameFrame;
  profile: Profile;
  isChosen: boolean;
  choose(): void;
}) {
  const { left, width, depth, frame: each } = frame;
  const name = flameName(profile, each);
  const figures = `${weightText(profile, each.weight)}, ${weightShare(profile, each.weight)}`;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`flame-frame flame-${ORIGIN_ROLES[each.origin]} ${isChosen ? 'is-chosen' : ''}`}
      style={{ left: `${left}%`, width: `${width}%`, top: depth * ROW }}
      title={`${name}\n${flamePlace(profile, each)}\n${figures}`}
      aria-label={`${name}, ${figures}`}
      onClick={choose}
    >
      {width > 1.5 && (
        <span>
          {name} <span className="flame-figure">{width > 8 ? figures : ''}</span>
        </span>
      )}
    </button>
  );
}

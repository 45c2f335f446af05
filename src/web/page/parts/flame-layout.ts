/** Frames of a profile's flame graph that can be seen, and where they are. */

import type { Profile } from '../../../domain/profile.js';
import { type Icicle, type IcicleFrame, icicleOf } from '../../../insight/profile/icicle.js';
import { calledFunction, functionPlace } from '../../../screens/profile-text.js';

/** A frame to draw; left and width in percent. */
export interface FlameFrame {
  /** Number in the icicle. */
  number: number;
  depth: number;
  left: number;
  width: number;
  frame: IcicleFrame;
}

/** Percent below which a frame is not drawn. */
const MIN_WIDTH = 0.12;
/** Frames that are drawn at most. */
const MAX_FRAMES = 4000;

/** Frames while `zoomed` fills the width; those around it are as wide. */
export function flameFrames(profile: Profile, zoomed: number, fold: boolean): FlameFrame[] {
  const icicle = icicleOf(profile, { fold });
  const root = icicle[zoomed] ?? icicle[0];
  if (root === undefined || root.weight <= 0) return [];
  const around = framesAround(icicle, icicle[zoomed] ? zoomed : 0);
  const frames: FlameFrame[] = [];
  for (const [number, frame] of icicle.entries()) {
    if (frames.length >= MAX_FRAMES) break;
    if (around.has(number)) {
      frames.push({ number, depth: frame.depth, left: 0, width: 100, frame });
      continue;
    }
    const left = ((frame.from - root.from) / root.weight) * 100;
    const width = (frame.weight / root.weight) * 100;
    if (width < MIN_WIDTH || left < -1e-6 || left + width > 100 + 1e-6) continue;
    frames.push({ number, depth: frame.depth, left, width, frame });
  }
  return frames;
}

/** The frame itself and those around it. */
function framesAround(icicle: Icicle, zoomed: number): Set<number> {
  const around = new Set<number>();
  for (let at = zoomed; at >= 0; at = icicle[at]!.parent) around.add(at);
  return around;
}

/** What a frame is called. */
export function flameName(profile: Profile, { function: index, folded }: IcicleFrame): string {
  if (folded) return `${folded.by} (${folded.frames} functions)`;
  const each = index === undefined ? undefined : profile.functions[index];
  return each === undefined ? 'all' : calledFunction(each);
}

/** Where a frame's function is; empty where it has no place. */
export function flamePlace(profile: Profile, { function: index }: IcicleFrame): string {
  const each = index === undefined ? undefined : profile.functions[index];
  return each === undefined ? '' : functionPlace(each);
}

/** Frame that an arrow key leads to; itself where there is none. */
export function flameNeighbour(
  icicle: Icicle,
  number: number,
  direction: 'up' | 'down' | 'left' | 'right',
): number {
  const frame = icicle[number];
  if (frame === undefined) return 0;
  if (direction === 'up') return Math.max(0, frame.parent);
  if (direction === 'down') return frame.inside[0] ?? number;
  const row = icicle
    .map((each, index) => ({ each, index }))
    .filter(({ each }) => each.depth === frame.depth)
    .sort((a, b) => a.each.from - b.each.from);
  const at = row.findIndex(({ index }) => index === number);
  return row[at + (direction === 'left' ? -1 : 1)]?.index ?? number;
}

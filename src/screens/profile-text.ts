/** Words of a profile: its functions, weights and remarks, for the browser and for `scooby show`. */

import type { Profile, ProfileFunction, ProfileOrigin } from '../domain/profile.js';
import { formatBytes, formatCount, formatMs } from '../domain/text.js';
import { shareOfTime } from '../domain/time-spent.js';
import { functionTotals } from '../insight/profile/functions.js';
import type { JavaScriptSlice } from '../insight/profile/slices.js';
import { weightsOf } from '../insight/profile/weights.js';
import { cleanText } from '../terminal/cells.js';

/** A weight in the profile's unit. */
export function weightText({ kind }: Pick<Profile, 'kind'>, weight: number): string {
  return kind === 'cpu' ? formatMs(weight) : formatBytes(Math.round(weight));
}

/** Share of the whole profile: `31%`. */
export function weightShare(profile: Profile, weight: number): string {
  return `${Math.round(shareOfTime(weight, weightsOf(profile).whole) * 100)}%`;
}

export function functionName({ name }: Pick<ProfileFunction, 'name'>): string {
  return cleanText(name) || '(anonymous)';
}

/** `hydrate()`, `(anonymous) app.js:7`. */
export function calledFunction(each: ProfileFunction): string {
  if (each.name === '') return `${functionName(each)} ${functionPlace(each)}`.trim();
  // V8's own, such as `(garbage collector)`, are no functions that are called.
  return each.name.startsWith('(') ? functionName(each) : `${functionName(each)}()`;
}

/** `src/orders.js:88`; the package of foreign code, whose file is long; empty without a script. */
export function functionPlace({ file, line, origin, package: name }: ProfileFunction): string {
  if (origin === 'package' && name !== undefined) return cleanText(name);
  return file === '' ? '' : cleanText(line > 0 ? `${file}:${line}` : file);
}

/** Roles of frames by where their code is from. */
export const ORIGIN_ROLES: Record<ProfileOrigin, string> = {
  own: 'ok',
  package: 'accent',
  node: 'keyword',
  gc: 'warn',
  native: 'number',
};

/** Characters that fill a frame, so that origins differ without colours. */
export const ORIGIN_GLYPHS: Record<ProfileOrigin, string> = {
  own: '▓',
  package: '░',
  node: '─',
  gc: '▒',
  native: '·',
};

/** `157ms of CPU in 412 samples, every 1.0ms`. */
export function profileHeadline(profile: Profile): string {
  const { whole } = weightsOf(profile);
  const what = profile.kind === 'cpu' ? 'of CPU' : 'allocated';
  const runs = profile.runs > 1 ? ` of ${profile.runs} runs` : '';
  const samples = formatCount(profile.samples.length, 'sample');
  return `${weightText(profile, whole)} ${what} in ${samples}${runs}, every ${weightText(profile, profile.interval)}`;
}

/** What the profile leaves out, in sentences. */
export function profileRemarks(profile: Profile): string[] {
  const { kind, others = 0, outside = 0, offCpu = 0, notes = [] } = profile;
  return [
    ...(functionTotals(profile).length === 0 ? ['no sample was taken: the request was too short'] : []),
    ...(others > 0 ? [`${formatCount(others, 'other request')} ran meanwhile: not counted`] : []),
    ...(kind === 'cpu' && outside >= 1 ? [`${formatMs(outside)} of CPU were no request's`] : []),
    ...(offCpu >= 1 ? [`for ${formatMs(offCpu)} it could run, but was on no CPU: the machine was busy`] : []),
    ...notes.map(cleanText),
  ];
}

/** What a slice is: `12ms hydrate() between query 3 and 4`. */
export function sliceText({ ms, function: each, place }: JavaScriptSlice): string {
  return `${formatMs(ms)} ${calledFunction(each)} ${place}`.trimEnd();
}

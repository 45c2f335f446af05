/** What roles look like: the terminal's own sixteen colours, so that light and dark both work. */

import { KIND_COLOURS, type KindRole } from '../domain/span-kinds.js';
import type { Capabilities } from './capabilities.js';

const OWN = { ok: '32', warn: '33', error: '31', accent: '36', dim: '2', bold: '1' };
const CODES: Record<string, string> = { ...KIND_COLOURS, ...OWN };

/** What a piece of text is, never how it looks. */
export type OutputRole = keyof typeof OWN | KindRole;

/** Paints text in a role, or leaves it plain. */
export type Style = (role: OutputRole | undefined, text: string) => string;

export const plainStyle: Style = (_, text) => text;

export const colouredStyle: Style = (role, text) =>
  role === undefined || text === '' ? text : `\x1b[${CODES[role]}m${text}\x1b[0m`;

/** The style that a stream shows. */
export function styleOf({ colour }: Pick<Capabilities, 'colour'>): Style {
  return colour === 'none' ? plainStyle : colouredStyle;
}

/** Styles: colour roles in the terminal's own sixteen colours, which suit light and dark themes. */

import { KIND_COLOURS, type KindRole } from '../domain/span-kinds.js';
import type { Capabilities } from './capabilities.js';

const ROLE_CODES = { ok: '32', warn: '33', error: '31', accent: '36', dim: '2', bold: '1' };
const CODES: Record<string, string> = { ...KIND_COLOURS, ...ROLE_CODES };

/** Meaning of a piece of text, which decides its colour. */
export type OutputRole = keyof typeof ROLE_CODES | KindRole;

/** Function that colours text by its role, or leaves it plain. */
export type Style = (role: OutputRole | undefined, text: string) => string;

export const plainStyle: Style = (_, text) => text;

export const colouredStyle: Style = (role, text) =>
  role === undefined || text === '' ? text : `\x1b[${CODES[role]}m${text}\x1b[0m`;

/** Style for a stream's colour depth. */
export function styleOf({ colour }: Pick<Capabilities, 'colour'>): Style {
  return colour === 'none' ? plainStyle : colouredStyle;
}

/** What roles look like: the terminal's own sixteen colours, so that light and dark both work. */

import { KIND_COLOURS, type KindRole } from '../span-kinds.js';

const OWN = { ok: '32', warn: '33', error: '31', accent: '36', dim: '2', bold: '1' };
const CODES: Record<string, string> = { ...KIND_COLOURS, ...OWN };

/** What a piece of text is, never how it looks. */
export type Role = keyof typeof OWN | KindRole;

/** Paints text in a role, or leaves it plain. */
export type Style = (role: Role | undefined, text: string) => string;

export const plain: Style = (_, text) => text;

export const coloured: Style = (role, text) =>
  role === undefined || text === '' ? text : `\x1b[${CODES[role]}m${text}\x1b[0m`;

/**
 * Answers whether to paint: `--no-color` and NO_COLOR say no, FORCE_COLOR says yes (0: no), else it is for terminals that
 * can.
 */
export function wantsColour(flag: boolean, env: Record<string, string | undefined>, isTTY: boolean): boolean {
  if (!flag || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0';
  return isTTY && env.TERM !== 'dumb';
}

/** Answers the role of a response's status. */
export function statusRole(status: number | undefined): Role {
  if (status === undefined) return 'dim';
  if (status >= 500) return 'error';
  if (status >= 400) return 'warn';
  return status >= 300 ? 'accent' : 'ok';
}

/** Answers the role of a finding. */
export function severityRole(severity: string): Role {
  return severity === 'high' ? 'error' : severity === 'medium' ? 'warn' : 'accent';
}

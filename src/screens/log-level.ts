/** Colour roles of log levels. */

const LEVEL_ROLES: Record<string, string> = {
  // Level names come from the app, and could be '__proto__'.
  __proto__: null as never,
  error: 'error',
  fatal: 'error',
  warn: 'warn',
  warning: 'warn',
  debug: 'dim',
  trace: 'dim',
};

/** Role of a level by its name. */
export function levelRole(level: string): string {
  return LEVEL_ROLES[level.toLowerCase()] ?? 'accent';
}

/** Results of checks, with their marks and colours. */

import type { OutputRole } from '../../terminal/style.js';

/**
 * good: as it should be; note: worth a look; bad: calls or requests are not recorded because of it.
 */
export type Grade = 'good' | 'note' | 'bad';

/** Result of one check, with a text for the user. */
export interface CheckResult {
  grade: Grade;
  text: string;
}

export const GRADE_ROLES: Record<Grade, OutputRole> = { good: 'ok', note: 'warn', bad: 'error' };
export const GRADE_MARKS: Record<Grade, string> = { good: '✓', note: '!', bad: '✗' };

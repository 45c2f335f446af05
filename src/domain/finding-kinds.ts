/**
 * Kinds of findings (docs/findings.md): the word of each is its kind, in capitals where it is shown
 * to people, and finds in filters in either case. Its badge is the same word or its beginning.
 */

/** Facts of one kind. */
export interface FindingKind {
  kind: string;
  /**
   * Badge in the list of requests, also for kinds that begin with this kind; only for a few kinds.
   */
  badge?: string;
  /** Filter words for this kind and for kinds that begin with it; the badge is among them. */
  words?: string[];
}

export const FINDING_KINDS: readonly FindingKind[] = [
  { kind: 'n+1', badge: 'N+1', words: ['n1', 'n+1'] },
  { kind: 'n+1-parallel' },
  { kind: 'n+1-writes' },
  { kind: 'n+1-group' },
  { kind: 'n+1-cache' },
  { kind: 'n+1-rpc' },
  { kind: 'n+1-http' },
  { kind: 'n+1-call' },
  { kind: 'slow', badge: 'SLOW', words: ['slow'] },
  { kind: 'duplicate', badge: 'DUP', words: ['duplicate', 'dup'] },
  { kind: 'same-query' },
  { kind: 'could-be-parallel' },
  { kind: 'over-fetching' },
  { kind: 'transaction' },
  { kind: 'pool-wait' },
  { kind: 'cache-not-filled' },
  { kind: 'thrown' },
  { kind: 'swallowed-error' },
  { kind: 'event-loop' },
  { kind: 'blocked-by' },
];

/** Word of a kind as every list, report and tab shows it: `N+1`, `COULD-BE-PARALLEL`. */
export function findingWord(kind: string): string {
  return kind.toUpperCase();
}

/** ms from which a request has the badge `SLOW`, and is found by `slow`, even without a finding. */
export const SLOW_REQUEST_MS = 500;

/** Kind of finding for calls repeated in a loop; lists count it separately. */
export const N_PLUS_ONE = FINDING_KINDS[0]! as Required<FindingKind>;

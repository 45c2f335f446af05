/** Kinds of findings, as docs/findings.md has them, and the words for them that people read and type. */

/** Facts of one kind. */
export interface FindingKind {
  kind: string;
  /** Mark in the list of requests, also of the kinds that begin with it; few are worth one. */
  badge?: string;
  /** Words of the filter language that mean it, and the kinds that begin with it: the badge is one of them. */
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
  { kind: 'slow', badge: 'SLOW', words: ['slow'] },
  { kind: 'duplicate', badge: 'DUP', words: ['duplicate', 'dup'] },
  { kind: 'same-query' },
  { kind: 'could-be-parallel' },
  { kind: 'over-fetching' },
  { kind: 'transaction' },
  { kind: 'pool-wait' },
  { kind: 'cache-not-filled' },
  { kind: 'swallowed-error' },
  { kind: 'event-loop' },
];

/** Finding that repeated calls lead to, its name and its mark: lists count it by itself. */
export const REPEATED = FINDING_KINDS[0]! as Required<FindingKind>;

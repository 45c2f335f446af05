/** The kinds of findings, as docs/findings.md has them. */
export const KINDS: readonly string[] =
  'n+1 n+1-parallel n+1-writes n+1-group n+1-cache n+1-rpc n+1-http duplicate same-query could-be-parallel slow over-fetching transaction pool-wait cache-not-filled swallowed-error event-loop'.split(
    ' ',
  );

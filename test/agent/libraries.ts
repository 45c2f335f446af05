/** Generates docs/libraries.md from the lists of instruments and call-site libraries. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { callSiteLibraries } from '../../src/agent/call-sites/index.cjs';
import { instruments } from '../../src/agent/instruments/index.cjs';
import { unitLibraries } from '../../src/agent/units/index.cjs';
import { ROOT } from './app.js';
import { testedVersions } from './drivers.js';

/** Path of the page. */
export const PAGE = join(ROOT, 'docs/libraries.md');

/** Servers with plans for `scooby explain`, by the `explain` of the instrument. */
const PLANS: Record<string, string> = { postgres: 'PostgreSQL', mysql: 'MySQL, MariaDB', sqlite: 'SQLite' };
const ROLES = {
  orm: 'ORM',
  builder: 'query builder',
  driver: 'client',
  client: 'HTTP client',
  promises: 'promises',
  queue: 'queue',
  pool: 'pool',
};

/** Text of the page. */
export function libraries(): string {
  const rows = [...instruments]
    .sort((a, b) => a.kind.localeCompare(b.kind) || a.library.localeCompare(b.library))
    .map(({ library, kind, versions, dialect = '', explain = '' }) => {
      const tested = testedVersions(library).join(', ') || 'every Node that is supported';
      return [library, kind, dialect, PLANS[explain] ?? '', versions, tested];
    });
  const lineRows = callSiteLibraries.map(({ library, role, versions }) => {
    return [library, ROLES[role], versions, testedVersions(library).join(', ') || 'none'];
  });
  const unitRows = unitLibraries.map(({ library, runs, name, versions }) => {
    const tested = testedVersions(library).join(', ');
    return [
      library,
      runs,
      name,
      versions,
      versions === '*' ? 'every Node that is supported' : tested || 'none',
    ];
  });
  return `# Libraries

What scooby sees of a request, made of the list in src/agent/instruments/index.cts by \`node dist/test/agent/libraries.js\`.
Each is tested with 200 requests at once over a pool of 2, on every Node that is supported, from CommonJS and from ESM;
better-sqlite3 on all but Node 24, where it aborts by itself now and then, node:sqlite where Node has it. mongodb, the AWS
SDK (by its client of SQS), Azure's (by its client of tables; the versions are those of @azure/core-tracing), nodemailer,
ClickHouse, Neo4j, NATS, Elasticsearch (since 8 by its transport, @elastic/transport), OpenSearch, tedious (SQL Server),
Cassandra, libSQL by HTTP and Neon are tested with servers of the tests' own
that speak their protocols, that of Neon before a real PostgreSQL; mqtt with aedes, sqlite3 with Debian's binary, kafkajs
and amqplib without a broker: what it would answer is made up. SQL is the dialect that statements are read by;
\`scooby explain\` asks for plans through the drivers that have them. What sqlite3 and libSQL have in their queues counts
as time of the statement.

${table([['library', 'kind', 'SQL', 'plans of', 'versions', 'tested with'], ...rows])}

## Lines

These have no calls of their own: what they send is seen at the driver, and shown with the line of the app that asked for
it, made of the list in src/agent/call-sites/index.cts. The versions are those whose files have what is wrapped; the last
column says with which of them the lines of each form are tested. What is handed to a queue that requests share counts for
the request that handed it over.

${table([['library', 'what it is', 'versions', 'tested with'], ...lineRows])}

## Units

What these run is no part of the request that began them: it has a trace of its own, of the kind and with the name below,
made of the list in src/agent/units/index.cts. docs/how-it-works.md tells what a unit is.

${table([['library', 'kind', 'named by', 'versions', 'tested with'], ...unitRows])}
`;
}

/** A Markdown table, padded as the formatter does. */
function table(rows: string[][]): string {
  const widths = rows[0]!.map((_, i) => Math.max(...rows.map((row) => row[i]!.length)));
  const lines = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(PAGE, libraries());

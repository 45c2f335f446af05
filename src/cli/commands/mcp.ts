/** `scooby mcp`: what was recorded, for coding agents, by the Model Context Protocol on standard input and output. */

import { type Command, Option } from 'commander';
import { MCP_CLIENTS } from '../mcp/client-config.js';
import { printDocument, printRemark } from '../output.js';
import type { StorePlace } from '../select/shared-store.js';
import { STORE_OPTION } from '../select/store-options.js';

type McpFlags = StorePlace & { config?: string | true };

/** Adds the command to the program. */
export function registerMcp(program: Command): void {
  program
    .command('mcp')
    .description('serve what was recorded to a coding agent (MCP on standard input and output)')
    .addOption(
      new Option('--config [client]', 'print the configuration for a client, or for all of them').choices(
        MCP_CLIENTS.map(({ name }) => name),
      ),
    )
    .option('--db <file>', "database to read (default: SCOOBY_DB, else this project's)")
    .option('--store <url>', STORE_OPTION)
    .addHelpText(
      'after',
      `
The agent's program starts it in the project's folder, and ends it. It reads what is stored, whether or not the app
runs; replay and verify send requests to the running app, explain and try ask its database. docs/mcp.md has the tools.

Examples:
  scooby mcp --config claude > .mcp.json     this project, for Claude Code
  claude mcp add scooby -- npx scooby mcp    the same, by its own command
  scooby mcp --config                        for each client`,
    )
    .action(async (flags: McpFlags) => {
      if (flags.config !== undefined) return printConfig(flags.config);
      // The protocol's library is large, and no other command needs it.
      const { serveMcp } = await import('../mcp/serve.js');
      await serveMcp(flags);
      process.exit();
    });
}

/** The text alone on stdout, so that it can become the file; where it belongs on stderr. */
function printConfig(client: string | true): void {
  const clients = MCP_CLIENTS.filter(({ name }) => client === true || name === client);
  if (clients.length === 1) {
    printDocument([clients[0]!.text]);
    return printRemark(`for ${clients[0]!.file}`);
  }
  printDocument(clients.flatMap(({ name, file, text }) => [`${name}: ${file}`, '', text, '']));
}

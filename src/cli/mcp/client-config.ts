/** What the clients of the MCP server want in their configuration. */

/** One client. */
export interface McpClient {
  name: string;
  /** Where its configuration is, and another way to it. */
  file: string;
  text: string;
}

const COMMAND = { command: 'npx', args: ['scooby', 'mcp'] };

/** Without -y: scooby is installed in the project, and npx is not to fetch another. */
export const MCP_CLIENTS: readonly McpClient[] = [
  {
    name: 'claude',
    file: '.mcp.json in the project (or: claude mcp add scooby -- npx scooby mcp)',
    text: json({ mcpServers: { scooby: COMMAND } }),
  },
  {
    name: 'cursor',
    file: '.cursor/mcp.json in the project',
    text: json({ mcpServers: { scooby: COMMAND } }),
  },
  {
    name: 'vscode',
    file: '.vscode/mcp.json in the project',
    text: json({ servers: { scooby: { type: 'stdio', ...COMMAND } } }),
  },
  {
    name: 'codex',
    file: '~/.codex/config.toml',
    text: '[mcp_servers.scooby]\ncommand = "npx"\nargs = ["scooby", "mcp"]',
  },
];

function json(value: object): string {
  return JSON.stringify(value, null, 2);
}

/** The tools of the MCP server, in the order in which clients list them. */

import type { Tool } from '../tool.js';
import { compareTool } from './compare.js';
import { explainTool } from './explain.js';
import { findingsTool } from './findings.js';
import { replayTool } from './replay.js';
import { requestTool } from './request.js';
import { requestsTool } from './requests.js';
import { statementsTool } from './statements.js';
import { tryTool } from './try.js';
import { verifyTool } from './verify.js';
import { waitTool } from './wait.js';

export const TOOLS: readonly Tool[] = [
  findingsTool,
  requestsTool,
  requestTool,
  statementsTool,
  explainTool,
  tryTool,
  compareTool,
  replayTool,
  waitTool,
  verifyTool,
];

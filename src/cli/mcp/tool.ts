/** A tool of the MCP server: its name, what it takes and gives, and how it answers. */

import { z } from 'zod';
import type { StorePlace } from '../select/shared-store.js';
import { MAX_CHARS, MIN_CHARS, type ToolAnswer } from './answer.js';

/** What a tool knows of the call. */
export interface ToolContext {
  place: StorePlace;
  /** Aborted where the client has cancelled the call, or has gone. */
  signal: AbortSignal;
}

/** One tool; the arguments have been checked by `input`. */
export interface Tool<Input extends z.ZodRawShape = z.ZodRawShape> {
  name: string;
  title: string;
  description: string;
  input: Input;
  output: z.ZodRawShape;
  /** It sends requests to the app, or runs statements. */
  acts?: 'idempotent' | 'destructive';
  run(args: z.infer<z.ZodObject<Input>>, context: ToolContext): Promise<ToolAnswer>;
}

/** Arguments of every tool. */
export const PAGE_INPUT = {
  cursor: z.string().max(20).optional().describe('where an earlier answer ended'),
  max_chars: z
    .number()
    .int()
    .min(MIN_CHARS)
    .max(MAX_CHARS)
    .optional()
    .describe('size of the answer, default 6000'),
};

/** Fields of every structured answer. */
export const PAGE_OUTPUT = { next_cursor: z.string().optional() };

/** How a request is named. */
export const REQUEST_INPUT = z
  .string()
  .min(1)
  .max(2000)
  .describe('"last", "-2" (the one before), an id or its beginning, a URL, or a route: GET /orders/:id');

/** Keeps the types of a tool's arguments, and forgets them for the list of tools. */
export function defineTool<Input extends z.ZodRawShape>(tool: Tool<Input>): Tool {
  return tool as unknown as Tool;
}

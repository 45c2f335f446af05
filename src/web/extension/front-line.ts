/** The line of the front end that asked for something, from the stack of its request. */

import type { Initiator, InitiatorFrame, InitiatorStack } from './chrome-api.js';

/** A line of the front end; it counts from 1. */
export interface FrontLine {
  /** `App.tsx:12` */
  name: string;
  url: string;
  line: number;
  /** From 0, as source maps have it. */
  column: number;
  function?: string;
}

const MAX_FRAMES = 200;
const MAX_STACKS = 20;
const MAX_NAME = 80;
/**
 * Code that is not the app's: dependencies, those that bundlers have put together, and what development
 * servers add to a page.
 */
const LIBRARY =
  /\/node_modules\/|\/(?:\.vite|\.nuxt|_next\/static\/chunks\/(?:node_modules|framework|main|polyfills|webpack)|@vite|@id|@react-refresh|webpack\/(?:bootstrap|runtime)|build\/polyfills)(?:[/\-._?]|$)|[/~](?:vendors?|chunk-vendors|polyfills?|zone)\b[^/]*\.m?js|^(?:chrome|moz|safari-web)-extension:|^(?:node|native|extensions?):/i;

/** Whether an address is the app's own code. */
export function isFrontScript(url: string): boolean {
  return url !== '' && !LIBRARY.test(url);
}

/** All frames of a stack, across turns of the loop, the newest first. */
export function initiatorLines(initiator: Initiator | undefined): FrontLine[] {
  const frames: InitiatorFrame[] = [];
  let stack: InitiatorStack | undefined = initiator?.stack;
  for (let n = 0; isObject(stack) && n < MAX_STACKS; n++, stack = stack.parent)
    if (Array.isArray(stack.callFrames)) frames.push(...stack.callFrames.slice(0, MAX_FRAMES));
  if (frames.length === 0 && initiator?.type === 'parser') frames.push(initiator);
  return frames.slice(0, MAX_FRAMES).filter(isObject).flatMap(lineOf);
}

/** The app's line among them, or the newest where none is the app's. */
export function frontLineOf(initiator: Initiator | undefined): FrontLine | undefined {
  const frames = initiatorLines(initiator);
  return frames.find(({ url }) => isFrontScript(url)) ?? frames[0];
}

/** Name of a file and line: `App.tsx:12`, of a document `/orders:3`. */
export function lineName(url: string, line: number): string {
  const path = url.replace(/[?#].*/s, '').replace(/^[a-z][\w+.-]*:\/\/[^/]*/i, '');
  const name = path.endsWith('/') ? path : path.slice(path.lastIndexOf('/') + 1);
  const readable = decoded(name) || '/';
  return `${readable.length > MAX_NAME ? `…${readable.slice(-MAX_NAME)}` : readable}:${line}`;
}

/** Stacks come from the page: each of their parts may be anything. */
function isObject<T>(value: T): value is T & object {
  return typeof value === 'object' && value !== null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function lineOf({ url, lineNumber = 0, columnNumber = 0, functionName }: InitiatorFrame): FrontLine[] {
  const isPlace = typeof url === 'string' && Number.isSafeInteger(lineNumber) && lineNumber >= 0;
  if (!isPlace || url === '') return [];
  const line = lineNumber + 1;
  return [
    {
      name: lineName(url, line),
      url,
      line,
      column: Number.isSafeInteger(columnNumber) && columnNumber >= 0 ? columnNumber : 0,
      ...(typeof functionName === 'string' && functionName !== '' && { function: functionName }),
    },
  ];
}

/** Registrations: the app's line that gives a route its path, above helpers that pass a path on. */

import type { Frame } from '../../domain/trace.js';
import type { ReadLine } from './loop-line.js';
import { isParameterOf } from './wrapper-line.js';

/** Frames of a registration that are looked at. */
const MAX_FRAMES = 6;
/** Lines of a call that are read. */
const MAX_LINES = 6;

// app.get(path, …), this.app[options.method](options.path, …)
const FIRST_ARGUMENT = /^[^('"`]*\(\s*(?:([A-Za-z_$][\w$]*)(?:\??\.[\w$]+)*\s*[,)]|\{)/;
// route({ method: 'get', path, handler }): by its name, or as another variable.
const PATH_FIELD =
  /[{,]\s*(?:(path|url|route|pattern)\s*(?=[,}])|(?:path|url|route|pattern)\s*:\s*([A-Za-z_$][\w$]*)(?=[\s,.}]))/;

/** Frame that registers a route, of the frames of its stack; undefined without one of the app. */
export function registrationFrame(stack: Frame[], readLine: ReadLine): Frame | undefined {
  const frames = stack.filter(({ application }) => application);
  return frames.slice(0, MAX_FRAMES).find((frame) => !passesPathOn(frame, readLine)) ?? frames[0];
}

/** Whether the path at a line is a parameter of its function. */
function passesPathOn(frame: Frame, readLine: ReadLine): boolean {
  const line = readLine(frame);
  if (line === undefined) return false;
  const lines = [line.slice(frame.column - 1)];
  for (let at = 1; at < MAX_LINES; at++) lines.push(readLine(frame, frame.line + at) ?? '');
  const call = lines.join('\n');
  const found = FIRST_ARGUMENT.exec(call);
  if (!found) return false;
  const field = found[1] === undefined ? PATH_FIELD.exec(call) : undefined;
  const name = found[1] ?? field?.[1] ?? field?.[2];
  return name !== undefined && isParameterOf(name, frame, readLine);
}

/** Check of the command that starts the app: whether there is what it names. */

import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isProgram } from '../programs.js';
import type { CheckResult } from './grades.js';
import { manifestOf } from './installed-packages.js';

const SUFFIXES = ['', '.js', '.json', '.node'];
/** Words of node that are no file: its debugger, standard input. */
const NO_FILE = /^(?:inspect|debug|-.*)$/;

/** What a command names that is not there: its program, the file that node runs, the script of npm. */
export function commandCheck(cwd: string, project: string, command: string[]): CheckResult[] {
  const [program, first = '', second] = command;
  if (program === undefined) return [];
  if (!isProgram(program, cwd)) {
    const local = existsSync(join(project, 'node_modules/.bin', program));
    const remedy = local ? `; it is in node_modules/.bin: npx ${program} …` : '';
    return [{ grade: 'bad', text: `${program}: command not found${remedy}` }];
  }
  const name = basename(program).replace(/\.exe$/, '');
  const isMissing =
    first !== '' && !NO_FILE.test(first) && SUFFIXES.every((end) => !existsSync(resolve(cwd, first + end)));
  if (name === 'node' && isMissing)
    return [{ grade: 'bad', text: `${first}: there is no such file in ${cwd}` }];
  const isScript =
    name === 'npm' && /^run(?:-script)?$/.test(first) && second !== undefined && command.length === 3;
  const { scripts = {} } = manifestOf(project) ?? {};
  if (isScript && !second.startsWith('-') && second !== 'env' && !Object.hasOwn(scripts, second))
    return [{ grade: 'bad', text: `${join(project, 'package.json')} has no script "${second}"` }];
  return [];
}

/** The user's editor, opened at a line: in the terminal, or beside it. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { formatPosition, formatSite, type Position } from '../../domain/site.js';

interface Call {
  command: string;
  args: string[];
  /** True for one that needs the terminal. */
  terminal: boolean;
}

const AT_COLON =
  /^(?:code|code-insiders|codium|vscodium|cursor|windsurf|zed|subl|sublime_text|atom|hx|helix|micro)$/;
const GOTO = /^(?:code|code-insiders|codium|vscodium|cursor|windsurf)$/;
const JETBRAINS = /^(?:idea|webstorm|phpstorm|pycharm|goland|rubymine|rider|clion)(?:64)?(?:\.sh)?$/;
const IN_TERMINAL = /^(?:vi|vim|nvim|view|nano|pico|emacs|ne|joe|kak|micro|hx|helix|ed|jed|mg|mcedit)$/;

/** Answers the command that opens a file at a line; `editor` may carry arguments. */
export function editorCommand(editor: string, file: string, place: Position): Call {
  const [command, ...args] = editor.split(/\s+/).filter((part) => part !== '');
  const name = basename(command!).replace(/\.(?:exe|cmd)$/i, '');
  const at = formatPosition({ ...place, file });
  const terminal = IN_TERMINAL.test(name) || args.includes('-nw');
  if (AT_COLON.test(name))
    return { command: command!, args: [...args, ...(GOTO.test(name) ? ['-g'] : []), at], terminal };
  if (JETBRAINS.test(name))
    return { command: command!, args: [...args, '--line', String(place.line), file], terminal: false };
  return {
    command: command!,
    args: [...args, `+${place.line}`, file],
    terminal: terminal || !args.includes('--wait'),
  };
}

/** Answers the user's editor: from our own setting, then the usual ones. */
export function chosenEditor(env: NodeJS.ProcessEnv, setting?: string): string | undefined {
  const inside = env.TERM_PROGRAM === 'vscode' ? 'code' : undefined;
  return setting ?? env.SCOOBY_EDITOR ?? env.VISUAL ?? env.EDITOR ?? inside;
}

/** Opens a file at a line; `suspended` runs work while the terminal belongs to somebody else. Answers what was done. */
export async function openEditor(
  place: Position,
  cwd: string,
  suspended: (work: () => void) => void,
  setting?: string,
): Promise<string> {
  const file = resolve(cwd, place.file);
  if (!existsSync(file)) throw new Error(`${place.file} is not there any more (looked in ${cwd})`);
  const editor = chosenEditor(process.env, setting) ?? 'vi';
  const { command, args, terminal } = editorCommand(editor, file, place);
  const shown = formatSite(place);
  if (!terminal) {
    await new Promise<void>((done, failed) => {
      const child = spawn(command, args, { stdio: 'ignore', detached: true });
      child.on('error', () => failed(new Error(`${command} could not be started; set $EDITOR`)));
      child.on('spawn', () => done());
      child.unref();
    });
    return `opened ${shown} in ${basename(command)}`;
  }
  let trouble: Error | undefined;
  // Waiting in place keeps this process from reading the keys that are meant for the editor.
  suspended(() => (trouble = spawnSync(command, args, { stdio: 'inherit' }).error));
  if (trouble) throw new Error(`${command} could not be started; set $EDITOR`);
  return `back from ${shown}`;
}

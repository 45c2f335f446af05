/** Opens the user's editor at a line, in the browser's terminal or beside it. */

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { formatPosition, formatSite, type Position } from '../../domain/site.js';

interface EditorCommand {
  command: string;
  args: string[];
  /** True for editors that run in the terminal. */
  terminal: boolean;
}

/** Editors that take `file:line:column`. */
const TAKES_COLON_POSITION =
  /^(?:code|code-insiders|codium|vscodium|cursor|windsurf|zed|subl|sublime_text|atom|hx|helix|micro)$/;
/** Of these, editors that need `-g` before it. */
const TAKES_GOTO_FLAG = /^(?:code|code-insiders|codium|vscodium|cursor|windsurf)$/;
const JETBRAINS = /^(?:idea|webstorm|phpstorm|pycharm|goland|rubymine|rider|clion)(?:64)?(?:\.sh)?$/;
const RUNS_IN_TERMINAL = /^(?:vi|vim|nvim|view|nano|pico|emacs|ne|joe|kak|micro|hx|helix|ed|jed|mg|mcedit)$/;

/** Command that opens a file at a position; `editor` may have arguments, as in `emacs -nw`. */
export function editorCommand(editor: string, file: string, position: Position): EditorCommand {
  const [command, ...args] = editor.split(/\s+/).filter((part) => part !== '');
  const name = basename(command!).replace(/\.(?:exe|cmd)$/i, '');
  const fileAtLine = formatPosition({ ...position, file });
  const terminal = RUNS_IN_TERMINAL.test(name) || args.includes('-nw');
  if (TAKES_COLON_POSITION.test(name)) {
    const flags = TAKES_GOTO_FLAG.test(name) ? ['-g'] : [];
    return { command: command!, args: [...args, ...flags, fileAtLine], terminal };
  }
  if (JETBRAINS.test(name))
    return { command: command!, args: [...args, '--line', String(position.line), file], terminal: false };
  return {
    command: command!,
    args: [...args, `+${position.line}`, file],
    terminal: terminal || !args.includes('--wait'),
  };
}

/** User's editor: configuration, SCOOBY_EDITOR, VISUAL, EDITOR, or `code` inside VS Code. */
export function chosenEditor(env: NodeJS.ProcessEnv, setting?: string): string | undefined {
  const vscode = env.TERM_PROGRAM === 'vscode' ? 'code' : undefined;
  return setting ?? env.SCOOBY_EDITOR ?? env.VISUAL ?? env.EDITOR ?? vscode;
}

/**
 * Opens a file at a position and returns a footer message; `runSuspended` frees the terminal
 * during its callback. Throws an Error when the file is missing or the editor cannot be started.
 */
export async function openEditor(
  position: Position,
  cwd: string,
  runSuspended: (work: () => void) => void,
  setting?: string,
): Promise<string> {
  const file = resolve(cwd, position.file);
  if (!existsSync(file)) throw new Error(`${position.file} is not there any more (looked in ${cwd})`);
  const editor = chosenEditor(process.env, setting) ?? 'vi';
  const { command, args, terminal } = editorCommand(editor, file, position);
  const site = formatSite(position);
  if (!terminal) {
    await new Promise<void>((resolvePromise, reject) => {
      const child = spawn(command, args, { stdio: 'ignore', detached: true });
      child.on('error', () => reject(new Error(`${command} could not be started; set $EDITOR`)));
      child.on('spawn', () => resolvePromise());
      child.unref();
    });
    return `opened ${site} in ${basename(command)}`;
  }
  let failure: Error | undefined;
  // spawnSync, because an asynchronous wait would let this process read keys typed into the editor.
  runSuspended(() => (failure = spawnSync(command, args, { stdio: 'inherit' }).error));
  if (failure) throw new Error(`${command} could not be started; set $EDITOR`);
  return `back from ${site}`;
}

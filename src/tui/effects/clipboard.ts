/** The clipboard: by the machine's own tool where there is one, else by asking the terminal. */

import { spawn } from 'node:child_process';

/** Terminals drop longer ones without a word. */
const LONGEST = 74_000;

interface Way {
  command: string;
  args: string[];
}

/** Answers the tools to try, by what the environment says is there. */
export function clipboardTools(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Way[] {
  const ways: Way[] = [];
  if (platform === 'darwin') ways.push({ command: 'pbcopy', args: [] });
  if (platform === 'win32' || env.WSL_DISTRO_NAME) ways.push({ command: 'clip.exe', args: [] });
  if (env.WAYLAND_DISPLAY) ways.push({ command: 'wl-copy', args: [] });
  if (env.DISPLAY) ways.push({ command: 'xclip', args: ['-selection', 'clipboard'] });
  // Over ssh the tools above would fill the wrong machine's clipboard.
  if (env.SSH_CONNECTION) ways.length = 0;
  // tmux drops OSC 52 from its panes without saying so; its own command reaches the terminal.
  if (env.TMUX) ways.push({ command: 'tmux', args: ['load-buffer', '-w', '-'] });
  return ways;
}

/** Answers the sequence that asks the terminal to take a text; undefined when it is too long for one. */
export function osc52(text: string): string | undefined {
  const coded = Buffer.from(text).toString('base64');
  return coded.length > LONGEST ? undefined : `\x1b]52;c;${coded}\x07`;
}

function run({ command, args }: Way, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => resolve(false));
    child.stdin.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
    child.stdin.end(text);
  });
}

/** Copies a text and answers by which way. Throws when it is too long for the only way there is. */
export async function copyText(
  text: string,
  write: (sequence: string) => void,
  env = process.env,
): Promise<string> {
  for (const way of clipboardTools(env, process.platform)) {
    if (await run(way, text)) return way.command;
  }
  const sequence = osc52(text);
  if (sequence === undefined) throw new Error('too long for the terminal to copy: 55,000 characters at most');
  write(sequence);
  return 'OSC 52';
}

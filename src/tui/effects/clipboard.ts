/** Copies text to the clipboard, with a platform tool or else the terminal's OSC 52 sequence. */

import { spawn } from 'node:child_process';

/** Characters of base64; terminals silently drop longer OSC 52 sequences. */
const MAX_OSC52 = 74_000;

interface ClipboardTool {
  command: string;
  args: string[];
}

/** Clipboard tools to try, in order, by platform and environment. */
export function clipboardTools(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): ClipboardTool[] {
  const tools: ClipboardTool[] = [];
  if (platform === 'darwin') tools.push({ command: 'pbcopy', args: [] });
  if (platform === 'win32' || env.WSL_DISTRO_NAME) tools.push({ command: 'clip.exe', args: [] });
  if (env.WAYLAND_DISPLAY) tools.push({ command: 'wl-copy', args: [] });
  if (env.DISPLAY) tools.push({ command: 'xclip', args: ['-selection', 'clipboard'] });
  // Over ssh the tools above would fill the remote machine's clipboard.
  if (env.SSH_CONNECTION) tools.length = 0;
  // tmux silently drops OSC 52 from its panes; its load-buffer command reaches the terminal.
  if (env.TMUX) tools.push({ command: 'tmux', args: ['load-buffer', '-w', '-'] });
  return tools;
}

/** OSC 52 sequence that sets the terminal's clipboard; undefined for text that is too long. */
export function osc52(text: string): string | undefined {
  const encoded = Buffer.from(text).toString('base64');
  return encoded.length > MAX_OSC52 ? undefined : `\x1b]52;c;${encoded}\x07`;
}

function runTool({ command, args }: ClipboardTool, text: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['pipe', 'ignore', 'ignore'] });
    child.on('error', () => resolve(false));
    child.stdin.on('error', () => resolve(false));
    child.on('close', (code) => resolve(code === 0));
    child.stdin.end(text);
  });
}

/** Copies a text; returns the tool's name or `OSC 52`. Throws when it is too long for OSC 52. */
export async function copyText(
  text: string,
  write: (sequence: string) => void,
  env = process.env,
): Promise<string> {
  for (const tool of clipboardTools(env, process.platform)) {
    if (await runTool(tool, text)) return tool.command;
  }
  const sequence = osc52(text);
  if (sequence === undefined) throw new Error('too long for the terminal to copy: 55,000 characters at most');
  write(sequence);
  return 'OSC 52';
}

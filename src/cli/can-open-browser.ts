/** Whether a command can open a URL in the user's web browser. */

/** Whether there is a browser in front of the user: not in CI, over SSH, without a display, or in a pipe. */
export function canOpenBrowser(env: NodeJS.ProcessEnv, platform: string, isTerminal: boolean): boolean {
  if (!isTerminal || env.CI || env.SSH_CONNECTION || env.SSH_TTY) return false;
  if (platform === 'darwin' || platform === 'win32') return true;
  return Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME || env.BROWSER);
}

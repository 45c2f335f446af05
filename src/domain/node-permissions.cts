/** Options of Node's permission model on a command line, as the launcher and the agent read them. */

const CODE_OPTION = /^(?:-[pe]+|--(?:eval|print)(?:=.*)?)$/s;

/** Whether an option's value is the code that runs. */
export function isCodeOption(word: string): boolean {
  return CODE_OPTION.test(word);
}

/** Whether an option allows a path: `*`, the path, a folder above it or a prefix that ends in `*`. */
export function isPathAllowed(options: string[], access: 'read' | 'write', path: string): boolean {
  const prefix = `--allow-fs-${access}=`;
  return options.some((option) => {
    if (!option.startsWith(prefix)) return false;
    return option
      .slice(prefix.length)
      .split(',')
      .some((allowed) => {
        if (allowed.endsWith('*')) return path.startsWith(allowed.slice(0, -1));
        return path === allowed || path.startsWith(allowed.endsWith('/') ? allowed : `${allowed}/`);
      });
  });
}

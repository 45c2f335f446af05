/** Simple commands of a shell line: their assignments and words, as far as they can be read unexecuted. */

/** A simple command: `PORT=3000 cross-env A=1 node app.js` has one assignment and four words. */
export interface SimpleCommand {
  assignments: Record<string, string>;
  words: string[];
}

const TOKEN = /\s+|(&&|\|\||[;|&()\n])|((?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s;|&()"'\\])+)|(.)/gs;
const ASSIGNMENT = /^([A-Za-z_]\w*)=([\s\S]*)$/;

/** Simple commands of a line, in order; variables are not expanded. */
export function simpleCommands(line: string): SimpleCommand[] {
  const commands: string[][] = [[]];
  for (const [, operator, word] of line.matchAll(TOKEN)) {
    if (operator !== undefined) commands.push([]);
    else if (word !== undefined) commands.at(-1)!.push(unquote(word));
  }
  return commands.filter((words) => words.length > 0).map(simpleCommand);
}

/** Words of a command that is not a shell's, which may have assignments behind `env`. */
export function simpleCommand(words: string[]): SimpleCommand {
  const assignments: Record<string, string> = {};
  let i = 0;
  for (; i < words.length; i++) {
    const [, name, value] = ASSIGNMENT.exec(words[i]!) ?? [];
    if (name === undefined) break;
    assignments[name] = value!;
  }
  return { assignments, words: words.slice(i) };
}

function unquote(word: string): string {
  return word.replace(/\\(.)|"((?:\\.|[^"\\])*)"|'([^']*)'/gs, (_, escaped, double, single) =>
    escaped !== undefined ? escaped : double !== undefined ? double.replace(/\\(["\\$`])/g, '$1') : single,
  );
}

/** A word as a shell reads it back: in quotes where it has to be. */
export function quoteShellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

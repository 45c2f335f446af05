/** Where the keys of a JSON text stand, so that a fault can name its line. */

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|\n|[^\s"{}[\],:]+/g;

interface Level {
  /** Of an object the key that is at hand, of a list the index. */
  at: string | number;
  list: boolean;
}

/** Answers the line, from 1, of each key and item in a valid JSON text, by its path: `ignore.0.kind`; '' is the whole. */
export function keyLines(text: string): Map<string, number> {
  const lines = new Map<string, number>([['', 1]]);
  const levels: Level[] = [];
  const mark = (line: number) => {
    const path = levels.map(({ at }) => at).join('.');
    if (!lines.has(path)) lines.set(path, line);
  };
  let line = 1;
  let fresh = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '\n') line++;
    else if (token === ',') {
      fresh = true;
      if (level?.list) (level.at as number)++;
    } else if (token === '}' || token === ']') levels.pop();
    else if (token === ':') fresh = false;
    else {
      if (level !== undefined && !level.list && fresh && token.startsWith('"')) level.at = JSON.parse(token);
      if (level !== undefined && (level.list || fresh)) mark(line);
      fresh = token === '{' || (token !== '[' && fresh && level !== undefined && !level.list);
      if (token === '{' || token === '[') levels.push({ at: token === '[' ? 0 : '', list: token === '[' });
    }
  }
  return lines;
}

/** Answers what is wrong with a text that is no JSON, and in which line. */
export function locateJsonError(text: string, error: unknown): { line: number; words: string } {
  const message = error instanceof Error ? error.message : String(error);
  const position = Number(/position (\d+)/.exec(message)?.[1] ?? text.length);
  const words = message.replace(/ in JSON at position.*| \(line \d+ column \d+\)|, (?:\.\.\.)?".*/s, '');
  return { line: text.slice(0, position).split('\n').length, words };
}

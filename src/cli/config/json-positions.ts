/** Line numbers in a JSON text, for error messages. */

const TOKEN = /"(?:[^"\\]|\\[\s\S])*(?:"|$)|[{}[\],:]|\n|[^\s"{}[\],:]+/g;

/** An open object or list around the current token. */
interface Level {
  /** Current key of an object, or current index of a list. */
  at: string | number;
  list: boolean;
}

/**
 * Line (from 1) of each key and item of a valid JSON text, by path (`ignore.0.kind`); '' is the
 * root.
 */
export function keyLines(text: string): Map<string, number> {
  const lines = new Map<string, number>([['', 1]]);
  const levels: Level[] = [];
  const record = (line: number) => {
    const path = levels.map(({ at }) => at).join('.');
    if (!lines.has(path)) lines.set(path, line);
  };
  let line = 1;
  let expectsKey = false;
  for (const [token] of text.matchAll(TOKEN)) {
    const level = levels.at(-1);
    if (token === '\n') line++;
    else if (token === ',') {
      expectsKey = true;
      if (level?.list) (level.at as number)++;
    } else if (token === '}' || token === ']') levels.pop();
    else if (token === ':') expectsKey = false;
    else {
      const isInObject = level !== undefined && !level.list;
      if (isInObject && expectsKey && token.startsWith('"')) level.at = JSON.parse(token);
      if (level !== undefined && (level.list || expectsKey)) record(line);
      expectsKey = token === '{' || (token !== '[' && expectsKey && isInObject);
      if (token === '{' || token === '[') levels.push({ at: token === '[' ? 0 : '', list: token === '[' });
    }
  }
  return lines;
}

/** Line (from 1) and message of an error of JSON.parse, without the position that Node appends. */
export function locateJsonError(text: string, error: unknown): { line: number; message: string } {
  const original = error instanceof Error ? error.message : String(error);
  const position = Number(/position (\d+)/.exec(original)?.[1] ?? text.length);
  const message = original.replace(/ in JSON at position.*| \(line \d+ column \d+\)|, (?:\.\.\.)?".*/s, '');
  return { line: text.slice(0, position).split('\n').length, message };
}

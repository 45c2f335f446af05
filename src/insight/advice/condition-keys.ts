/** Keys of the condition that a call's source has as an object, as paths: `title`, `author.id`. */

// Options of finds beside the condition.
const OPTIONS = new Set(
  [
    'order orderBy take skip limit offset select attributes relations include populate fields',
    'transaction lock cache with columns data raw group having join loadEagerRelations',
    'relationLoadStrategy withDeleted filters strategy distinct paranoid logging ctx refresh',
    'disableIdentityMap create update defaults extras',
  ]
    .join(' ')
    .split(' '),
);
const TOKEN =
  /'(?:\\.|[^'\\]){0,200}'|"(?:\\.|[^"\\]){0,200}"|`(?:\\.|[^`\\]){0,200}`|[\w$]+|\.{3}|=>|[{}[\]():,]/g;
// They stand around keys, or between a key and its value.
const OPERATOR = /^(?:where|\$?(?:or|and|not|in|eq|ne|equals))$/i;
const MAX_CHARS = 1000;
const MAX_TOKENS = 200;

/** Paths of the condition's keys, each once; empty where the call has no such object. */
export function conditionKeys(call: string): string[] {
  const paths = new Set<string>();
  /** Key before each open bracket, and how many paths there were. */
  const open: { key: string | undefined; size: number; isObject: boolean }[] = [];
  let key: string | undefined;
  let isKeyNext = false;
  const add = (last: string | undefined) => {
    if (last !== undefined) paths.add([...open.map((outer) => outer.key), last].filter(Boolean).join('.'));
  };
  for (const token of (call.slice(0, MAX_CHARS).match(TOKEN) ?? []).slice(0, MAX_TOKENS)) {
    if (/^[{[(]$/.test(token)) {
      const isObject = token === '{';
      open.push({ key, size: paths.size, isObject });
      key = undefined;
      isKeyNext = isObject;
    } else if (/^[)\]}]$/.test(token)) {
      add(key);
      key = undefined;
      isKeyNext = false;
      const outer = open.pop();
      // The value of `{ id: In(ids) }` has no keys of its own.
      if (outer?.size === paths.size) add(outer.key);
      if (open.length === 0) break;
    } else if (token === ',') {
      add(key);
      key = undefined;
      // The arguments of `eq(books.authorId, id)` are no keys.
      isKeyNext = open.at(-1)?.isObject === true;
    } else if (token === ':') isKeyNext = false;
    else if (isKeyNext && /^[\w$'"]/.test(token)) {
      key = token.replaceAll(/^['"]|['"]$/g, '');
      isKeyNext = false;
    }
  }
  return [...paths].map((path) => path.split('.')).flatMap(plainPath);
}

function plainPath(names: string[]): string[] {
  if (names.some((name) => OPTIONS.has(name))) return [];
  const plain = names.filter((name) => !OPERATOR.test(name));
  // Prisma's `where: { a_b: { a, b } }`
  const [first, second] = plain;
  if (plain.length === 2 && first!.split('_').length > 1 && first!.split('_').includes(second!))
    return [second!];
  return plain.length === 0 ? [] : [plain.join('.')];
}

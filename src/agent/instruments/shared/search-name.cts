/** Names of requests to Elasticsearch and OpenSearch, read from method and path: `products.search`. */

/** What a request asks for. */
export interface SearchTarget {
  /** `search`, `indices.create`, `cat.indices` */
  command: string;
  /** Index, or several with commas between. */
  index: string | undefined;
  id: string | undefined;
}

type Methods = Record<string, string>;

// Paths that several commands share.
const BY_METHOD: Record<string, Methods> = {
  _doc: { GET: 'get', HEAD: 'exists', DELETE: 'delete', POST: 'index', PUT: 'index' },
  _source: { GET: 'get_source', HEAD: 'exists_source' },
  _scroll: { DELETE: 'clear_scroll' },
  _pit: { DELETE: 'close_point_in_time', POST: 'open_point_in_time' },
  '': { GET: 'indices.get', HEAD: 'indices.exists', DELETE: 'indices.delete', PUT: 'indices.create' },
};
/** Commands about one document, whose id follows. */
const OF_DOCUMENT = new Set(['_doc', '_source', '_create', '_update', '_explain', '_termvectors']);
/** Parts of the API whose second word is part of the command: `cat.indices`. */
const SPACES = /^_(?:cat|cluster|nodes|security|ml|ingest|ilm|slm|ccr|query|sql|tasks|plugins)$/;
const MAX_PART = 100;

/** Command, index and id of a request. */
export function searchTarget(method: string, path: string): SearchTarget {
  const parts = path
    .split('?', 1)[0]!
    .split('/')
    .map((part) => part.slice(0, MAX_PART))
    .filter((part) => part !== '');
  if (parts.length === 0)
    return { command: method === 'HEAD' ? 'ping' : 'info', index: undefined, id: undefined };
  const at = parts.findIndex((part) => part.startsWith('_'));
  const index = at === 0 ? undefined : decoded(parts[0]!);
  // Before 8 a document has a type, and may be asked for by it alone: `/products/book/1`.
  if (at < 0) {
    const typed = parts.length > 1;
    return {
      command: commandOf(typed ? '_doc' : '', method),
      index,
      id: typed ? decodedAt(parts, 2) : undefined,
    };
  }
  const [name = '', next] = parts.slice(at);
  if (name === '_search' && next === 'scroll')
    return { command: BY_METHOD._scroll![method] ?? 'scroll', index, id: undefined };
  const isDocument = OF_DOCUMENT.has(name);
  const word =
    SPACES.test(name) && next !== undefined && !next.includes(':') ? `.${next.replace(/^_/, '')}` : '';
  return {
    command: `${commandOf(name, method)}${word}`,
    index,
    id: isDocument ? decodedAt(parts, at + 1) : undefined,
  };
}

function commandOf(name: string, method: string): string {
  return BY_METHOD[name]?.[method] ?? (name.replace(/^_/, '') || 'request');
}

function decodedAt(parts: string[], i: number): string | undefined {
  const part = parts[i];
  return part === undefined ? undefined : decoded(part);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Cut off inside of a character.
    return part;
  }
}

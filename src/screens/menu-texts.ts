/** Texts of menus and help: what can be copied, examples of filters, what badges say. */

/** Items of the copy menu. */
export const COPY_ITEMS: [key: string, what: string, label: string][] = [
  ['c', 'curl', 'as cURL'],
  ['u', 'url', 'URL'],
  ['s', 'sql', 'SQL with its values'],
  ['q', 'raw', 'SQL as it was sent'],
  ['t', 'tried', 'the query that T has tried'],
  ['p', 'prompt', 'prompt: what is wrong, code, how to verify'],
  ['i', 'id', 'id'],
  ['l', 'stack', 'stack'],
  ['j', 'json', 'the whole trace as JSON'],
];

/** Filters as examples, and what they find. */
export const FILTER_EXAMPLES: [filter: string, finds: string][] = [
  ['orders', 'in path, route, calls, lines'],
  ['status>=400', 'by status; status:5xx'],
  ['slower:100ms since:10m', 'by time; both have to hold'],
  ['sql:users', 'in queries and their values'],
  ['queries>20 or errors', 'either'],
  ['!health', 'all others'],
  ['unit:tick', 'ticks, too'],
];

/** Badges of the list, the filter that finds each, and what it says. */
export const BADGE_HELP: [badge: string, filter: string, says: string][] = [
  ['N+1', 'n1', 'calls repeated in a loop'],
  ['DUP', 'dup', 'the same asked again'],
  ['SLOW', 'slow', 'a slow call, or 500 ms and more'],
  ['ERR', 'errors', 'it failed, or one of its calls'],
  ['DIED', 'died', 'the app ended before it answered'],
];

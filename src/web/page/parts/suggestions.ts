/** Completion of the filter: what the word at its end may become. */

import { filterTokens } from '../../../domain/filter-tokens.js';
import { FINDING_KINDS } from '../../../domain/finding-kinds.js';
import { KNOWN_KINDS, kindOf } from '../../../domain/span-kinds.js';
import { BADGE_HELP, FILTER_EXAMPLES } from '../../../screens/menu-texts.js';

/** A completed filter, and what it finds. */
export interface Suggestion {
  filter: string;
  /** The word that is added. */
  word: string;
  finds: string;
}

const MAX_SUGGESTIONS = 8;

/** Words that a filter may begin with; those that end in an operator go on. */
const WORDS: [word: string, finds: string][] = [
  ['status>=400', 'answered 400 or more'],
  ['status:5xx', 'a class of statuses'],
  ['time>200ms', 'longer than'],
  ['slower:', 'at least as long: slower:100ms'],
  ['queries>', 'more queries than: queries>20'],
  ['qtime>', 'more time in queries: qtime>50ms'],
  ['since:', 'younger than: since:10m'],
  ['method:', 'method: method:post'],
  ['path:', 'in the path'],
  ['route:', 'in the route'],
  ['host:', 'in the host'],
  ['service:', 'in the command or folder of the app that answered'],
  ['id:', 'id begins with'],
  ['error:', 'in the text of an error'],
  ['unit:', 'job, message, tick or request'],
  ...BADGE_HELP.map(([, filter, says]): [string, string] => [filter, says]),
  ['aborted', 'the client left first'],
  ['open', 'still running'],
  ...KNOWN_KINDS.map((kind): [string, string] => [`${kind}:`, `in ${kindOf(kind).nouns}`]),
];
const VALUES: Record<string, string[]> = {
  'finding:': FINDING_KINDS.map(({ kind }) => kind),
  'method:': ['get', 'post', 'put', 'patch', 'delete'],
  'status:': ['2xx', '3xx', '4xx', '5xx'],
  'unit:': ['request', 'job', 'message', 'tick'],
  'since:': ['1m', '10m', '1h', '1d'],
  'slower:': ['100ms', '500ms', '1s'],
};

/** Suggestions for a filter that is being typed. */
export function suggestionsFor(text: string): Suggestion[] {
  if (text.trim() === '') return FILTER_EXAMPLES.map(([filter, finds]) => ({ filter, word: filter, finds }));
  const tokens = filterTokens(text);
  if (!Array.isArray(tokens) || /\s$/.test(text)) return [];
  const last = tokens.at(-1);
  if (last === undefined || last.kind !== 'word') return [];
  const before = text.slice(0, last.at);
  const not = last.text.startsWith('!') ? '!' : '';
  const typed = last.text.slice(not.length).toLowerCase();
  return candidates(typed)
    .filter(([word]) => word !== typed)
    .slice(0, MAX_SUGGESTIONS)
    .map(([word, finds]) => ({ filter: `${before}${not}${word}`, word, finds }));
}

function candidates(typed: string): [word: string, finds: string][] {
  const field = Object.keys(VALUES).find((name) => typed.startsWith(name));
  if (field !== undefined)
    return VALUES[field]!.map((value): [string, string] => [field + value, '']).filter(([word]) =>
      word.startsWith(typed),
    );
  const starting = [...WORDS, ['finding:', 'kind of a finding'] as [string, string]];
  return starting.filter(([word]) => word.startsWith(typed));
}

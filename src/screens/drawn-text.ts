/** The part of a long text that is drawn: megabytes would be laid out anew at each key. */

const MAX_DRAWN = 65_536;
/** Characters at the end that are drawn with the rest: where the agent cut a text it says how long it was. */
const MAX_ENDING = 100;

/** What is drawn of a text, and how many characters it has beyond. */
export function drawnText(text: string): { drawn: string; more: number } {
  const drawn = text.length <= MAX_DRAWN + MAX_ENDING ? text : text.slice(0, MAX_DRAWN);
  return { drawn, more: text.length - drawn.length };
}

/** Saves requests to files in the working folder, in the formats of `scooby export`. */

import { formatCount } from '../../domain/text.js';
import type { Trace } from '../../domain/trace.js';
import { EXPORT_FORMATS } from '../../export/export-formats.js';
import type { OtlpContext } from '../../export/otlp-spans.js';
import type { Feed } from '../../feed/feed.js';
import { listQueryOf } from '../../screens/list-query.js';
import type { State } from '../state/state.js';
import { type FileFormat, fileNameOf, tabsAsMarkdown } from './save-file.js';

/** Requests of a list that are saved to a file at once. */
const MAX_SAVED = 100;

/** Part of the browser that saving reads. */
interface SaveTarget {
  readonly feed: Feed;
  readonly state: State;
  notify(text: string, role?: 'ok' | 'warn' | 'error'): void;
}

export class SaveEffects {
  readonly #browser: SaveTarget;
  readonly #write: (name: string, text: string) => string;
  readonly #context: OtlpContext;

  /** `write` makes a new file and returns its name. */
  constructor(browser: SaveTarget, write: (name: string, text: string) => string, context: OtlpContext) {
    this.#browser = browser;
    this.#write = write;
    this.#context = context;
  }

  /** Texts of a request's files by their names. */
  async sourcesOf({ sources = {} }: Trace): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    for (const [file, hash] of Object.entries(sources)) {
      const source = await this.#browser.feed.source(hash);
      if (source) texts.set(file, source.text);
    }
    return texts;
  }

  /** Saves one request. Rejects with a sentence where it has nothing for the format. */
  async saveRequest(trace: Trace, format: FileFormat): Promise<void> {
    const sources = format === 'tabs' ? await this.sourcesOf(trace) : undefined;
    const text = sources
      ? tabsAsMarkdown(trace, (file) => sources.get(file))
      : await this.#exported([trace], format);
    this.#said(this.#write(fileNameOf(`scooby-${trace.id.slice(0, 8)}`, format), text));
  }

  /** Saves the requests of the list, the first of its order, as one file that `scooby import` reads. */
  async saveList(): Promise<void> {
    const { feed, state } = this.#browser;
    const rows = await feed.page(listQueryOf(state.list), state.list.sort, 0, MAX_SAVED + 1);
    const found = await Promise.all(rows.slice(0, MAX_SAVED).map(({ id }) => feed.find(id)));
    const traces = found.filter((trace) => trace !== undefined);
    const name = `scooby-${formatCount(traces.length, 'request').replace(' ', '-')}`;
    const more = rows.length > MAX_SAVED ? `the first ${MAX_SAVED} of the list ` : '';
    this.#said(this.#write(fileNameOf(name, 'json'), await this.#exported(traces, 'json')), more);
  }

  #said(name: string, what = ''): void {
    this.#browser.notify(`${what}saved as ${name} in this folder`);
  }

  async #exported(traces: Trace[], name: string): Promise<string> {
    const format = EXPORT_FORMATS.find((each) => each.name === name)!;
    const sourceOf = async ({ sources }: Trace, file: string) => {
      const hash = sources?.[file];
      return hash === undefined ? undefined : (await this.#browser.feed.source(hash))?.text;
    };
    return format.write(traces, { heap: false, sourceOf, context: this.#context });
  }
}

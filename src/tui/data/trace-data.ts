/** The request in the detail, with its source texts, and the page of the tab made from it. */

import type { SourceText } from '../../domain/site.js';
import type { Span, Trace } from '../../domain/trace.js';
import type { ExplainResult, Feed } from '../../feed/feed.js';
import { panelsOf } from '../panels/index.js';
import { emptyPage, type Panel, type PanelPage, type TextLine } from '../panels/panel.js';
import type { DetailState } from '../state/state.js';
import { whenAnswered } from './list-data.js';

const NOTHING = emptyPage('no request is selected');
const SOURCES = 64;
const PLANS = 100;

export class TraceData {
  trace: Trace | undefined;
  readonly #feed: Feed;
  readonly #changed: () => void;
  readonly #failed: (error: unknown) => void;
  #wanted: string | undefined;
  #sources = new Map<string, string | undefined>();
  /** The plans that were asked for, by request and place of the call: a request may be read again. */
  readonly #plans = new Map<string, ExplainResult>();
  #version = 0;
  #page: { key: unknown[]; page: PanelPage } | undefined;
  #text: { page: PanelPage; index: number; lines: TextLine[] } | undefined;

  constructor(feed: Feed, changed: () => void, failed: (error: unknown) => void) {
    this.#feed = feed;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Shows a request; the one before stays until it is here. `again` reads it anew. */
  show(id: string | undefined, again = false): void {
    if (id === this.#wanted && !again) return;
    this.#wanted = id;
    if (id === undefined) {
      this.trace = undefined;
      this.#changed();
      return;
    }
    const take = (trace: Trace | undefined) => {
      if (id !== this.#wanted) return;
      this.trace = trace;
      this.#changed();
    };
    whenAnswered(this.#feed.find(id), take, this.#failed);
  }

  /** Shows a request and answers it once it is here. */
  async load(id: string): Promise<Trace | undefined> {
    if (this.trace?.id === id) return this.trace;
    this.#wanted = id;
    this.trace = await this.#feed.find(id);
    this.#changed();
    return this.trace;
  }

  /** Keeps the plan of a query, to be read with it. */
  explained(trace: Trace, span: number, plan: ExplainResult): void {
    if (this.#plans.size >= PLANS) this.#plans.clear();
    this.#plans.set(`${trace.id} ${span}`, plan);
    this.#version++;
    this.#changed();
  }

  /** Answers the panels of the request. */
  panels(): Panel[] {
    return panelsOf(this.trace);
  }

  #source(file: string): string | undefined {
    const hash = this.trace?.sources?.[file];
    if (hash === undefined) return undefined;
    if (this.#sources.has(hash)) return this.#sources.get(hash);
    if (this.#sources.size >= SOURCES) this.#sources.clear();
    this.#sources.set(hash, undefined);
    const take = (source: SourceText | undefined) => {
      this.#sources.set(hash, source?.text);
      this.#version++;
    };
    const answer = this.#feed.source(hash);
    if (!(answer instanceof Promise)) {
      this.#sources.set(hash, answer?.text);
      return answer?.text;
    }
    answer.then((source) => {
      take(source);
      this.#changed();
    }, this.#failed);
    return undefined;
  }

  /** Answers the page of a tab, made once for as long as nothing that it depends on changes. */
  page(detail: DetailState, columns: number): PanelPage {
    const { trace } = this;
    if (!trace) return NOTHING;
    const { tab, grouped, sorted, libraries } = detail;
    const key = [trace, tab, grouped, sorted, libraries, columns, this.#version];
    if (this.#page?.key.every((part, index) => part === key[index])) return this.#page.page;
    const panel = this.panels().find((one) => one.title === tab) ?? this.panels()[0]!;
    const source = (file: string) => this.#source(file);
    const plan = (span: Span) => this.#plans.get(`${trace.id} ${trace.spans.indexOf(span)}`);
    const page = panel.page({ trace, source, plan, grouped, sorted, libraries, columns });
    this.#page = { key, page };
    return page;
  }

  /** Answers the text of a row of the page. */
  text(page: PanelPage, index: number): TextLine[] {
    if (!page.text || page.entries.length === 0) return [];
    if (this.#text?.page === page && this.#text.index === index) return this.#text.lines;
    const lines = page.text(index);
    this.#text = { page, index, lines };
    return lines;
  }
}

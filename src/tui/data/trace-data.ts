/** Data of the detail: the shown trace with its sources and plans, and the page of its tab. */

import { ALL_LATENCIES } from '../../domain/latency.js';
import type { Span, Trace } from '../../domain/trace.js';
import type { ExplainResult, Feed } from '../../feed/feed.js';
import { readSubtree } from '../../insight/calls/request-tree.js';
import { whatIf } from '../../insight/win/what-if.js';
import { whatIfText } from '../../insight/win/what-if-text.js';
import { whenResolved } from '../../screens/list-data.js';
import { type Line, wrapLine } from '../../terminal/cells.js';
import { panelsOf } from '../panels/index.js';
import {
  emptyPage,
  type Panel,
  type PanelPage,
  type RelatedRequests,
  type TextLine,
  withKeptHead,
} from '../panels/panel.js';
import type { DetailState } from '../state/state.js';

const NO_TRACE_PAGE = emptyPage('no request is selected');
const MISSING_PAGE = emptyPage('this request is no longer stored', 'esc goes back');
/** Title of the tab that draws other services. */
const RELATED_TAB = 'Timeline';
const MAX_SOURCES = 64;
const MAX_PLANS = 100;

/** Page below a sentence. */
function withHead(page: PanelPage, text: string): PanelPage {
  const head: Line = [' ', [text, 'accent']];
  return { ...page, headLines: (columns) => [...wrapLine(head, columns, 1), ...page.headLines(columns)] };
}

export class TraceData {
  trace: Trace | undefined;
  readonly #feed: Feed;
  readonly #changed: () => void;
  readonly #failed: (error: unknown) => void;
  /** Id of the trace that is shown or loading. */
  #wantedId: string | undefined;
  /** Source texts by hash; undefined while one is loading or when it is not stored. */
  readonly #sources = new Map<string, string | undefined>();
  /** Query plans by request id and span index, because reloading a trace replaces its objects. */
  readonly #plans = new Map<string, ExplainResult>();
  /** Increases when a source or a plan arrives, which invalidates the cached page. */
  #version = 0;
  /** Trace whose related requests were asked for, and these once they are read. */
  #related: { trace: Trace; found?: Pick<RelatedRequests, 'tree' | 'above'> } | undefined;
  #page: { key: unknown[]; page: PanelPage } | undefined;
  #text: { page: PanelPage; index: number; lines: TextLine[] } | undefined;

  constructor(feed: Feed, changed: () => void, failed: (error: unknown) => void) {
    this.#feed = feed;
    this.#changed = changed;
    this.#failed = failed;
  }

  /** Loads a request; the previous trace stays until then. `reload` also loads a shown request. */
  show(id: string | undefined, reload = false): void {
    if (id === this.#wantedId && !reload) return;
    if (id !== this.#wantedId) this.#forgetMissing();
    this.#wantedId = id;
    if (id === undefined) {
      this.trace = undefined;
      this.#changed();
      return;
    }
    const apply = (trace: Trace | undefined) => {
      if (id !== this.#wantedId) return;
      this.trace = trace;
      this.#changed();
    };
    whenResolved(this.#feed.find(id), apply, this.#failed);
  }

  /** Loads and shows a request; resolves to its trace, or undefined when it is no longer stored. */
  async load(id: string): Promise<Trace | undefined> {
    if (this.trace?.id === id) return this.trace;
    this.#wantedId = id;
    this.trace = await this.#feed.find(id);
    this.#changed();
    return this.trace;
  }

  /** Stores the plan of a query, to be shown with it. */
  addPlan(trace: Trace, span: number, plan: ExplainResult): void {
    if (this.#plans.size >= MAX_PLANS) this.#plans.clear();
    this.#plans.set(`${trace.id} ${span}`, plan);
    this.#version++;
    this.#changed();
  }

  /** A text that was not stored may be stored by now: its run has started again. */
  #forgetMissing(): void {
    for (const [hash, text] of this.#sources) if (text === undefined) this.#sources.delete(hash);
  }

  panels(): Panel[] {
    return panelsOf(this.trace);
  }

  #source(file: string, trace = this.trace): string | undefined {
    const hash = trace?.sources?.[file];
    if (hash === undefined) return undefined;
    if (this.#sources.has(hash)) return this.#sources.get(hash);
    if (this.#sources.size >= MAX_SOURCES) this.#sources.clear();
    this.#sources.set(hash, undefined);
    const result = this.#feed.source(hash);
    if (!(result instanceof Promise)) {
      this.#sources.set(hash, result?.text);
      return result?.text;
    }
    result.then((source) => {
      this.#sources.set(hash, source?.text);
      this.#version++;
      this.#changed();
    }, this.#failed);
    return undefined;
  }

  /** What the request led to, where the tab shows it; undefined while it is read, and where there is nothing. */
  #relatedOf(trace: Trace, tab: string): RelatedRequests | undefined {
    if (tab !== RELATED_TAB || !this.#feed.children) return undefined;
    if (this.#related?.trace !== trace) this.#readRelated(trace);
    const found = this.#related?.trace.id === trace.id ? this.#related.found : undefined;
    return (
      found && { ...found, tree: { ...found.tree, trace }, source: (of, file) => this.#source(file, of) }
    );
  }

  #readRelated(trace: Trace): void {
    // What was read of the same request before stays until then.
    const found = this.#related?.trace.id === trace.id ? this.#related.found : undefined;
    this.#related = { trace, ...(found && { found }) };
    const source = {
      find: async (id: string) => this.#feed.find(id),
      children: async (id: string) => (await this.#feed.children?.(id)) ?? [],
    };
    const read = async () => {
      const tree = await readSubtree(source, trace);
      const above = trace.parent === undefined ? undefined : await source.find(trace.parent);
      if (this.#related?.trace !== trace || (tree.children.length === 0 && !above)) return;
      this.#related = { trace, found: { tree, ...(above && { above }) } };
      this.#version++;
      this.#changed();
    };
    read().catch(this.#failed);
  }

  /** Page of a tab for a width in cells, cached until one of its inputs changes. */
  page(detail: DetailState, columns: number): PanelPage {
    const { trace } = this;
    if (!trace) return this.#wantedId === undefined ? NO_TRACE_PAGE : MISSING_PAGE;
    const { tab, grouped, sorted, libraries, icicle, latency } = detail;
    const zoomed = detail.zoomed?.trace === trace.id ? detail.zoomed.frame : undefined;
    const window = detail.window?.trace === trace.id ? detail.window : undefined;
    const key = [
      ...[trace, tab, grouped, sorted, libraries, icicle, zoomed, latency, columns, this.#version],
      ...[window?.from, window?.to],
    ];
    if (this.#page?.key.every((part, index) => part === key[index])) return this.#page.page;
    const panel = this.panels().find(({ title }) => title === tab) ?? this.panels()[0]!;
    const source = (file: string) => this.#source(file);
    const plan = (span: Span) => this.#plans.get(`${trace.id} ${trace.spans.indexOf(span)}`);
    const away = latency > 0 && !trace.outside ? whatIf(trace, { [ALL_LATENCIES]: latency }) : undefined;
    const related = this.#relatedOf(trace, tab);
    const own = panel.page({
      ...{ trace, source, plan, grouped, sorted, libraries, icicle, columns },
      ...(related && { related }),
      ...(zoomed !== undefined && { zoomed }),
      ...(window && { window }),
      ...(away && { away }),
    });
    const page = withKeptHead(away ? withHead(own, whatIfText(trace, away)) : own);
    this.#page = { key, page };
    return page;
  }

  /** Text of a row of the page, cached for the last row. */
  text(page: PanelPage, index: number): TextLine[] {
    if (!page.text || page.entries.length === 0) return [];
    if (this.#text?.page === page && this.#text.index === index) return this.#text.lines;
    const lines = page.text(index);
    this.#text = { page, index, lines };
    return lines;
  }
}

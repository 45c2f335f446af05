/** The mark in the page's corner: in a shadow tree of its own, over the page and outside of its layout. */

import { describeFigures, type Figures, sumOfFigures } from './figures.js';
import type { WatchedRequest, WatchedRequests } from './watched-requests.js';

// A constructed style sheet is none that a policy's style-src is asked about.
const STYLES = `
:host { all: initial !important; position: fixed !important; right: 8px !important; bottom: 8px !important;
  z-index: 2147483647 !important; max-width: calc(100vw - 16px) !important; contain: layout style !important; }
@media print { :host { display: none !important; } }
* { box-sizing: border-box; font: 12px/16px system-ui, sans-serif; font-variant-numeric: tabular-nums; }
.mark { background: #16181d; color: #f2f4f8; border: 1px solid #5c6370; border-radius: 6px;
  box-shadow: 0 1px 4px rgb(0 0 0 / .4); overflow: hidden; }
.row { display: flex; align-items: stretch; }
a, button { color: inherit; background: none; border: 0; margin: 0; padding: 4px 8px; min-height: 24px; cursor: pointer;
  text-decoration: none; text-align: left; white-space: nowrap; }
button { min-width: 24px; text-align: center; border-left: 1px solid #3a3f4b; }
.dot { border: 0; }
a:hover, button:hover { background: #2a2f3a; }
:focus-visible { outline: 2px solid #7cb7ff; outline-offset: -2px; }
.found { color: #ffb4a8; font-weight: 600; }
ul { list-style: none; margin: 0; padding: 0; max-height: 40vh; overflow: auto; border-bottom: 1px solid #3a3f4b; }
li a { display: flex; gap: 12px; justify-content: space-between; }
li span:first-child { overflow: hidden; text-overflow: ellipsis; max-width: 40ch; }
[hidden] { display: none !important; }`;

/** The mark's elements, and which of its forms it has. */
export class BadgeView {
  readonly #requests: WatchedRequests;
  readonly #host = document.createElement('scooby-badge');
  readonly #mark = element('div', 'mark');
  readonly #list = document.createElement('ul');
  readonly #page = link('page');
  readonly #more = button('more', '');
  readonly #dot = button('dot', 'scooby');
  readonly #row = element('div', 'row');
  #form: 'open' | 'collapsed' | 'dismissed' = 'open';
  #isListed = false;

  constructor(requests: WatchedRequests) {
    this.#requests = requests;
    const root = this.#host.attachShadow({ mode: 'closed' });
    const styles = new CSSStyleSheet();
    styles.replaceSync(STYLES);
    root.adoptedStyleSheets = [styles];
    const collapse = button('collapse', '–', 'Collapse the scooby badge');
    const dismiss = button('dismiss', '×', 'Remove the scooby badge until the page is loaded again');
    this.#list.id = 'requests';
    this.#more.setAttribute('aria-controls', 'requests');
    this.#dot.setAttribute('aria-label', 'Show the scooby badge');
    this.#row.append(this.#page, this.#more, collapse, dismiss);
    this.#mark.setAttribute('role', 'group');
    this.#mark.setAttribute('aria-label', 'scooby');
    this.#mark.append(this.#list, this.#row, this.#dot);
    root.append(this.#mark);
    this.#more.addEventListener('click', () => this.#show('open', !this.#isListed));
    collapse.addEventListener('click', () => this.#show('collapsed', false, this.#dot));
    this.#dot.addEventListener('click', () => this.#show('open', false, this.#page));
    dismiss.addEventListener('click', () => this.#show('dismissed', false));
    this.#mark.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' && this.#form === 'open')
        this.#show(this.#isListed ? 'open' : 'collapsed', false, this.#isListed ? this.#more : this.#dot);
    });
  }

  /** Draws what is known now; puts the mark back where the page's scripts have removed it. */
  draw(): void {
    if (this.#form === 'dismissed') return this.#host.remove();
    const { page, fetches, more } = this.#requests;
    fillLink(this.#page, page, [describe(page.figures)]);
    this.#page.setAttribute('aria-label', `scooby, this page: ${describeFigures(page.figures)}`);
    const count = fetches.length + more;
    const sum = sumOfFigures(fetches.map(({ figures }) => figures));
    this.#more.replaceChildren(`+${count} `, describe(sum));
    this.#more.setAttribute('aria-label', `${count} further requests: ${describeFigures(sum)}`);
    this.#more.setAttribute('aria-expanded', String(this.#isListed));
    this.#more.hidden = count === 0;
    this.#list.hidden = !this.#isListed;
    if (this.#isListed) this.#list.replaceChildren(...fetches.map(itemOf));
    this.#row.hidden = this.#form === 'collapsed';
    this.#dot.hidden = this.#form === 'open';
    // Behind the body: frameworks that render into it find there what is theirs.
    if (!this.#host.isConnected) document.documentElement.append(this.#host);
  }

  #show(form: 'open' | 'collapsed' | 'dismissed', isListed: boolean, focused?: HTMLElement): void {
    this.#form = form;
    this.#isListed = isListed;
    this.#requests.pause(form !== 'open');
    this.draw();
    focused?.focus();
  }
}

function itemOf(request: WatchedRequest): HTMLLIElement {
  const item = document.createElement('li');
  const row = link('request');
  const path = document.createElement('span');
  path.textContent = request.path;
  fillLink(row, request, [path, describe(request.figures)]);
  item.append(row);
  return item;
}

function fillLink(anchor: HTMLAnchorElement, request: WatchedRequest, content: HTMLElement[]): void {
  const { id, path, figures } = request;
  anchor.href = `${location.origin}/scooby/#/r/${id}`;
  anchor.title = [path, ...(figures.findings ?? []).map(({ message }) => message)].join('\n');
  anchor.replaceChildren(...content);
}

function describe(figures: Figures): HTMLSpanElement {
  const span = document.createElement('span');
  span.textContent = describeFigures(figures);
  if ((figures.findings ?? []).length > 0) span.className = 'found';
  return span;
}

function element(tag: 'div', className: string): HTMLDivElement {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}

function button(className: string, text: string, label?: string): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = className;
  made.textContent = text;
  if (label !== undefined) made.title = label;
  if (label !== undefined) made.setAttribute('aria-label', label);
  return made;
}

function link(className: string): HTMLAnchorElement {
  const made = document.createElement('a');
  made.className = className;
  made.target = '_blank';
  made.rel = 'noopener noreferrer';
  return made;
}

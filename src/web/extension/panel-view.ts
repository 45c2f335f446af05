/** What the panel shows: its switches, duplicates, the list, and the request that is chosen. All text is text. */

import { describeFigures } from '../badge/figures.js';
import type { DuplicateFetch } from './duplicate-fetches.js';
import type { PanelRequest } from './panel-request.js';
import type { TabSwitch } from './tab-headers.js';

/** What the user can do in the panel. */
export interface PanelActions {
  choose(request: PanelRequest): void;
  clear(): void;
  setSwitch(name: TabSwitch, isOn: boolean): void;
  /** Asks for the hosts of this machine, where the browser wants to be asked. */
  allow(): void;
}

/** Duplicates that are named; the others are counted. */
const MAX_DUPLICATES = 3;

/** The elements of panel.html. */
export class PanelView {
  readonly #actions: PanelActions;
  readonly #rows = byId('rows');
  readonly #items = new Map<string, HTMLTableRowElement>();
  #chosen: string | undefined;

  constructor(actions: PanelActions) {
    this.#actions = actions;
    byId('clear').addEventListener('click', () => actions.clear());
    byId('allow').addEventListener('click', () => actions.allow());
    for (const name of ['record', 'cpu'] as const)
      byId(name).addEventListener('change', ({ target }) =>
        actions.setSwitch(name, (target as HTMLInputElement).checked),
      );
    this.#rows.addEventListener('keydown', (event) => moveFocus(event));
  }

  /** Draws the list; rows that are there already are filled anew. */
  draw(requests: readonly PanelRequest[], duplicates: readonly DuplicateFetch[]): void {
    const ids = new Set(requests.map(({ id }) => id));
    for (const [id, item] of this.#items) {
      if (ids.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    const repeated = new Set(duplicates.flatMap((each) => each.ids));
    for (const [at, request] of requests.entries()) {
      const item = this.#items.get(request.id) ?? this.#create(request);
      fillRow(item, request, repeated.has(request.id));
      if (this.#rows.children[at] !== item) this.#rows.insertBefore(item, this.#rows.children[at] ?? null);
    }
    byId('empty').hidden = requests.length > 0;
    byId('list').hidden = requests.length === 0;
    byId('count').textContent = `${requests.length} ${requests.length === 1 ? 'request' : 'requests'}`;
    drawDuplicates(duplicates);
  }

  /** Marks the request that is shown beside the list. */
  choose(id: string): void {
    const before = this.#chosen === undefined ? undefined : this.#items.get(this.#chosen);
    before?.removeAttribute('aria-selected');
    this.#chosen = id;
    this.#items.get(id)?.setAttribute('aria-selected', 'true');
    byId('details').hidden = false;
    document.body.classList.add('is-split');
  }

  /** Takes the details away; the keyboard goes on in the list. */
  close(): void {
    const item = this.#chosen === undefined ? undefined : this.#items.get(this.#chosen);
    item?.removeAttribute('aria-selected');
    this.#chosen = undefined;
    byId('details').hidden = true;
    document.body.classList.remove('is-split');
    item?.querySelector('button')?.focus();
  }

  drawSwitches(switches: ReadonlySet<TabSwitch> | undefined): void {
    byId('switches').hidden = switches === undefined;
    for (const name of ['record', 'cpu'] as const)
      (byId(name) as HTMLInputElement).checked = switches?.has(name) === true;
  }

  /** Says what the browser does not let the panel do; undefined where it does. */
  drawTrouble(text: string | undefined): void {
    byId('trouble').hidden = text === undefined;
    byId('trouble-text').textContent = text ?? '';
  }

  #create(request: PanelRequest): HTMLTableRowElement {
    const item = document.createElement('tr');
    for (let n = 0; n < 7; n++) item.append(document.createElement('td'));
    const button = document.createElement('button');
    button.type = 'button';
    item.cells[1]!.append(button);
    item.addEventListener('click', () => this.#actions.choose(request));
    this.#items.set(request.id, item);
    return item;
  }
}

function fillRow(item: HTMLTableRowElement, request: PanelRequest, isRepeated: boolean): void {
  const { method, path, status, figures, front, back } = request;
  const [methodCell, pathCell, statusCell, ms, queries, findings, lines] = item.cells;
  const button = pathCell!.firstElementChild as HTMLButtonElement;
  setText(methodCell!, method);
  setText(button, path);
  button.title = path;
  pathCell!.classList.toggle('is-repeated', isRepeated);
  setText(statusCell!, status > 0 ? String(status) : '–');
  statusCell!.className = status >= 400 ? 'number bad' : 'number';
  const [time = ''] = describeFigures({ ...(figures.ms !== undefined && { ms: figures.ms }) }).split(' · ');
  setText(ms!, figures.ms === undefined ? '' : time);
  setText(queries!, figures.queries === undefined ? '' : String(figures.queries));
  const messages = figures.findings ?? [];
  setText(findings!, messages[0]?.message ?? '');
  findings!.title = messages.map(({ message }) => message).join('\n');
  findings!.className = 'bad';
  setText(lines!, linesText(front?.name, back));
  lines!.title = linesText(front === undefined ? undefined : `${front.url}:${front.line}`, back);
}

/** `Orders.tsx:31 → orders.js:11`: who asked, and where the answer was made. */
function linesText(front: string | undefined, back: string | undefined): string {
  if (back === undefined) return front ?? '';
  const short = front?.includes('://') === true ? back : back.replace(/^.*[/\\]/, '');
  return front === undefined ? `→ ${short}` : `${front} → ${short}`;
}

function drawDuplicates(duplicates: readonly DuplicateFetch[]): void {
  const texts = duplicates.slice(0, MAX_DUPLICATES).map(({ text }) => text);
  const more = duplicates.length - texts.length;
  if (more > 0) texts.push(`and ${more} more that were fetched more than once`);
  const list = byId('duplicates');
  list.hidden = texts.length === 0;
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
}

/** Arrow keys lead from row to row. */
function moveFocus(event: KeyboardEvent): void {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  const row = (event.target as Element).closest('tr');
  if (step === undefined || row === null) return;
  const next = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  next?.querySelector('button')?.focus();
  event.preventDefault();
}

function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}

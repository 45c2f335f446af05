/** List whose items are linked through their own fields: a Set makes and grows a table for each few. */

/** Fields of an item; it is in one list at most. */
export interface Listed<T> {
  before: T | undefined;
  after: T | undefined;
  isListed: boolean;
}

/** Items in the order in which they were added. */
export class LinkedList<T extends Listed<T>> {
  size = 0;
  #first: T | undefined;
  #last: T | undefined;

  add(item: T): void {
    if (item.isListed) return;
    item.isListed = true;
    item.before = this.#last;
    if (this.#last === undefined) this.#first = item;
    else this.#last.after = item;
    this.#last = item;
    this.size++;
  }

  /** Whether the item was in the list. */
  delete(item: T): boolean {
    if (!item.isListed) return false;
    const { before, after } = item;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    item.before = item.after = undefined;
    item.isListed = false;
    this.size--;
    return true;
  }

  get first(): T | undefined {
    return this.#first;
  }

  items(): T[] {
    const items: T[] = [];
    for (let item = this.#first; item !== undefined; item = item.after) items.push(item);
    return items;
  }
}

/**
 * LinkedList: a first-in, first-out list that any item can leave at once, from wherever it stands.
 *
 * The links are fields of the items themselves, so joining and leaving cost a few assignments and no memory.
 * An array would have to be searched. A Set would skip over the holes that its removed first elements leave.
 */
export interface Linked {
  /** Set by the list, as is `next`. */
  previous: this | undefined;
  next: this | undefined;
}

export class LinkedList<Item extends Linked> {
  first: Item | undefined = undefined;
  private last: Item | undefined = undefined;
  length = 0;

  /** Appends an item, which must be in no list. */
  add(item: Item): void {
    this.length++;
    item.previous = this.last;
    if (this.last === undefined) this.first = item;
    else this.last.next = item;
    this.last = item;
  }

  /** Removes the first item. */
  shift(): Item | undefined {
    const { first } = this;
    if (first !== undefined) this.delete(first);
    return first;
  }

  /** Removes an item. Nothing happens if it is not in the list: without that check, a second call would empty the list. */
  delete(item: Item): void {
    const { previous, next } = item;
    if (previous === undefined && this.first !== item) return;
    this.length--;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    item.previous = item.next = undefined;
  }
}

/** Keeps the `limit` items of the highest loss, of equal ones the earlier. */
export class WorstSamples<Item extends { readonly loss: number }> {
  readonly #limit: number;
  readonly #items: Item[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(item: Item): void {
    const at = this.#items.findLastIndex(({ loss }) => loss >= item.loss) + 1;
    if (at >= this.#limit) return;
    this.#items.splice(at, 0, item);
    if (this.#items.length > this.#limit) this.#items.pop();
  }

  /** The items, worst first. */
  list(): readonly Item[] {
    return this.#items;
  }
}

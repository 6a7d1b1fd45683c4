/** Disjoint sets over 0 … n−1, joined pair by pair (union by size, path halving). */
export class DisjointSets {
  readonly #parent: Uint32Array;
  readonly #size: Uint32Array;

  constructor(count: number) {
    this.#parent = Uint32Array.from({ length: count }, (_, index) => index);
    this.#size = new Uint32Array(count).fill(1);
  }

  /** The member that stands for the set of `index`. */
  find(index: number): number {
    let at = index;
    while (this.#parent[at] !== at) {
      this.#parent[at] = this.#parent[this.#parent[at]!]!;
      at = this.#parent[at]!;
    }
    return at;
  }

  /** Makes one set of the two. */
  join(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (x === y) return;
    const [small, large] = this.#size[x]! < this.#size[y]! ? [x, y] : [y, x];
    this.#parent[small] = large;
    this.#size[large] = this.#size[large]! + this.#size[small]!;
  }

  /** Every set, members ascending, the sets by their first member. */
  sets(): number[][] {
    const byRoot = new Map<number, number[]>();
    for (let index = 0; index < this.#parent.length; index++) {
      const root = this.find(index);
      const members = byRoot.get(root);
      if (members === undefined) byRoot.set(root, [index]);
      else members.push(index);
    }
    return [...byRoot.values()];
  }
}
